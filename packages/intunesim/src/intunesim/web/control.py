"""The control interface under /_sim: what demos and tests in other processes steer the simulator with."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intunesim.catalog import COLLECTIONS
from intunesim.clock import ShiftedClock, VirtualClock, iso
from intunesim.faults import Fault
from intunesim.graph.approval import decide
from intunesim.json_text import NotJson, read, written
from intunesim.json_types import Json, JsonObject
from intunesim.simulator import Simulator
from intunesim.state.tenant import Tenant
from intunesim.web import editing

Endpoint = Callable[[Request], Awaitable[Response]]
ODD = (ValueError, TypeError, AttributeError, KeyError, OverflowError)
"""The marks of a body that is JSON and makes no sense here."""


class JsonAnswer(Response):
    """JSON, with half a surrogate pair escaped."""

    media_type = "application/json"

    def __init__(self, value: Json, status_code: int = 200) -> None:
        super().__init__(written(value), status_code)


class Control:
    """The endpoints of the control interface."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def overview(self, request: Request) -> Response:  # noqa: ARG002
        """GET /_sim/: what is simulated here."""
        tenants = [self._described(tenant) for tenant in self._simulator.tenants.values()]
        now = iso(self._simulator.clock.now())
        return JsonAnswer({"tenants": tenants, "requests": len(self._simulator.log), "now": now})

    async def faults(self, request: Request) -> Response:
        """GET, POST and DELETE /_sim/faults: the rules in force."""
        rules = self._simulator.faults
        if request.method == "POST":
            body = await _body(request)
            added = [rules.add(_fault(rule)) for rule in (body if isinstance(body, list) else [body])]
            return JsonAnswer([fault.as_json() for fault in added], 201)
        if request.method == "DELETE":
            rules.clear()
            return Response(status_code=204)
        return JsonAnswer([fault.as_json() for fault in rules.rules])

    async def fault(self, request: Request) -> Response:
        """DELETE /_sim/faults/{id}"""
        if not self._simulator.faults.remove(request.path_params["fault"]):
            raise HTTPException(404, "there is no fault of this id")
        return Response(status_code=204)

    async def log(self, request: Request) -> Response:
        """GET and DELETE /_sim/log?method=&path=&tenant=&status=&since=: the requests so far."""
        if request.method == "DELETE":
            self._simulator.log.clear()
            return Response(status_code=204)
        parameters = request.query_params
        entries = self._simulator.log.find(
            method=parameters.get("method", "*"),
            path=parameters.get("path", "*"),
            tenant=parameters.get("tenant", "*"),
            status=int(parameters["status"]) if "status" in parameters else None,
            since=int(parameters.get("since", 0)),
        )
        return JsonAnswer([entry.as_json() for entry in entries])

    async def unknown(self, request: Request) -> Response:
        """GET /_sim/unknown?tenant=: what clients asked for that is not simulated."""
        return JsonAnswer(self._simulator.log.unknown(request.query_params.get("tenant", "*")))

    async def advance(self, request: Request) -> Response:
        """POST /_sim/clock {"seconds": n}: let virtual or shifted time pass."""
        if not isinstance(self._simulator.clock, VirtualClock | ShiftedClock):
            raise HTTPException(409, "the clock is real; start the simulator with a virtual one")
        self._simulator.clock.advance(float((await _body(request))["seconds"]))
        return JsonAnswer({"now": iso(self._simulator.clock.now())})

    async def settings(self, request: Request) -> Response:
        """PATCH /_sim/settings {"latency_ms": n}"""
        body = await _body(request)
        self._simulator.latency_ms = float(body.get("latency_ms", self._simulator.latency_ms))
        return JsonAnswer({"latency_ms": self._simulator.latency_ms})

    async def tenants(self, request: Request) -> Response:
        """POST /_sim/tenants {"name", "generate"?, "folder"?, ...}: add a tenant."""
        try:
            tenant = editing.add_from_json(self._simulator, await _body(request))
        except (ValueError, TypeError, OSError) as error:
            raise _refused(error) from error
        return JsonAnswer(self._described(tenant), 201)

    async def tenant(self, request: Request) -> Response:
        """GET /_sim/tenants/{tenant}"""
        tenant = self._tenant(request)
        return JsonAnswer({**self._described(tenant), "objects": tenant.store.count()})

    async def habits(self, request: Request) -> Response:
        """PATCH /_sim/tenants/{tenant}/habits"""
        tenant = self._tenant(request)
        try:
            tenant.habits.change(await _body(request))
        except ValueError as error:
            raise _refused(error) from error
        self._simulator.keep(tenant)
        return JsonAnswer(vars(tenant.habits))

    async def application(self, request: Request) -> Response:
        """PATCH /_sim/tenants/{tenant}/application {"roles", "secret", "secret_expires_at", "certificate"}"""
        tenant = self._tenant(request)
        application = editing.change_application(tenant.application, await _body(request))
        self._simulator.keep(tenant)
        return JsonAnswer({"client_id": application.client_id, "roles": list(application.roles)})

    async def approval(self, request: Request) -> Response:
        """POST /_sim/tenants/{tenant}/approvals/{code} {"status"}: the second administrator's word."""
        status = (await _body(request)).get("status", "approved")
        if not decide(self._tenant(request), request.path_params["code"], status):
            raise HTTPException(404, "there is no such request, or no such status")
        return JsonAnswer({"status": status})

    async def objects(self, request: Request) -> Response:
        """GET, POST, PATCH and DELETE /_sim/tenants/{tenant}/objects/{path}[/{id}]: edit as people would.

        With ?by=NAME the audit feed names that person for the change.
        """
        tenant, path = self._tenant(request), request.path_params["path"].strip("/")
        if request.method == "GET" and path in COLLECTIONS:
            return JsonAnswer(editing.listed(tenant, COLLECTIONS[path]))
        body: JsonObject = await _body(request) if request.method in ("POST", "PATCH") else {}
        try:
            edited = editing.edit(
                self._simulator, tenant, request.method, path, body, by=request.query_params.get("by", "")
            )
        except LookupError as error:
            raise _refused(error, 404) from error
        return JsonAnswer(edited) if edited else Response(status_code=204)

    def _tenant(self, request: Request) -> Tenant:
        tenant = self._simulator.tenant(request.path_params["tenant"])
        if tenant is None:
            raise HTTPException(404, "there is no such tenant")
        return tenant

    def _described(self, tenant: Tenant) -> JsonObject:
        return {
            "id": tenant.id,
            "name": tenant.name,
            "domain": tenant.domain,
            "client_id": tenant.application.client_id,
            "client_secret": tenant.application.secrets[0].value if tenant.application.secrets else None,
        }


async def _body(request: Request) -> Json:
    try:
        return read(await request.body())
    except NotJson as error:
        raise _refused(error) from error


def _refused(error: Exception, status: int = 400) -> HTTPException:
    """Return the refusal; its words can be sent, whatever the body held."""
    words = f"{error}" or type(error).__name__
    return HTTPException(status, words.encode("utf-8", "backslashreplace").decode())


def _sensible(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, which refuses a body that makes no sense to it."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ODD as error:
            raise _refused(error) from error

    return answer


def _fault(rule: JsonObject) -> Fault:
    try:
        return Fault.from_json(rule)
    except (ValueError, TypeError) as error:
        raise _refused(error) from error


def control_routes(simulator: Simulator) -> list[Route]:
    """Return the routes of the control interface."""
    control = Control(simulator)
    return [
        Route("/", _sensible(control.overview), methods=["GET"]),
        Route("/faults", _sensible(control.faults), methods=["GET", "POST", "DELETE"]),
        Route("/faults/{fault:int}", _sensible(control.fault), methods=["DELETE"]),
        Route("/log", _sensible(control.log), methods=["GET", "DELETE"]),
        Route("/unknown", _sensible(control.unknown), methods=["GET"]),
        Route("/clock", _sensible(control.advance), methods=["POST"]),
        Route("/settings", _sensible(control.settings), methods=["PATCH"]),
        Route("/tenants", _sensible(control.tenants), methods=["POST"]),
        Route("/tenants/{tenant}", _sensible(control.tenant), methods=["GET"]),
        Route("/tenants/{tenant}/habits", _sensible(control.habits), methods=["PATCH"]),
        Route("/tenants/{tenant}/application", _sensible(control.application), methods=["PATCH"]),
        Route("/tenants/{tenant}/approvals/{code}", _sensible(control.approval), methods=["POST"]),
        Route(
            "/tenants/{tenant}/objects/{path:path}",
            _sensible(control.objects),
            methods=["GET", "POST", "PATCH", "DELETE"],
        ),
    ]
