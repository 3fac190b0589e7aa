"""Sign-in over HTTP: discovery and the token endpoint."""

import uuid
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from intunesim.clock import iso
from intunesim.faults import Fault, FaultKind
from intunesim.journal import Entry
from intunesim.login import LoginAnswer, refusals, token_answer
from intunesim.login.discovery import instance_discovery, openid_configuration
from intunesim.login.refusals import SignInRefused
from intunesim.simulator import Simulator
from intunesim.state.tenant import Tenant
from intunesim.web.address import base_url
from intunesim.web.wire import WireResponse


class SignIn:
    """The identity platform for the tenants of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def token(self, request: Request) -> Response | WireResponse:
        """POST /{tenant}/oauth2/v2.0/token"""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
        faults = self._faults(request, form.get("client_id", ""))
        await self._delays(faults)
        refused = next((fault for fault in faults if fault.kind in (FaultKind.STATUS, FaultKind.STATUS_AFTER)), None)
        answer = (
            LoginAnswer(refused.status, {"error": "temporarily_unavailable"})
            if refused
            else self._sign_in(request, form)
        )
        headers = {"Retry-After": refused.retry_after} if refused and refused.retry_after else {}
        self._log(request, form, answer.status, faults)
        response = JSONResponse(answer.body, answer.status, {"Cache-Control": "no-store, no-cache", **headers})
        wire = next((fault for fault in faults if fault.kind not in (FaultKind.STATUS, FaultKind.DELAY)), None)
        return WireResponse(answer.status, dict(response.headers), bytes(response.body), wire) if wire else response

    async def discovery(self, request: Request) -> Response:
        """GET /{tenant}/v2.0/.well-known/openid-configuration"""
        try:
            tenant = self._tenant(request.path_params["tenant"])
        except SignInRefused as error:
            return JSONResponse({**self._refusal(request, error), "error": "invalid_tenant"}, 400)
        return JSONResponse(openid_configuration(tenant, base_url(request)))

    async def instances(self, request: Request) -> Response:
        """GET /common/discovery/instance"""
        host = request.headers.get("host", "localhost")
        endpoint = request.query_params.get("authorization_endpoint", "")
        name = endpoint.split("/")[3] if endpoint.count("/") > 3 else "common"
        return JSONResponse(instance_discovery(base_url(request), name, host))

    async def keys(self, request: Request) -> Response:  # noqa: ARG002
        """GET /{tenant}/discovery/v2.0/keys"""
        return JSONResponse(self._simulator.issuer.keys())

    def _sign_in(self, request: Request, form: dict[str, str]) -> LoginAnswer:
        try:
            tenant = self._tenant(request.path_params["tenant"])
            return token_answer(tenant, form, self._simulator.issuer, now=self._simulator.clock.now())
        except SignInRefused as error:
            return LoginAnswer(error.status, self._refusal(request, error))

    def _refusal(self, request: Request, error: SignInRefused) -> dict[str, object]:
        correlation_id = request.headers.get("client-request-id") or str(uuid.uuid4())
        return error.body(correlation_id=correlation_id, now=self._simulator.clock.now())

    def _tenant(self, name: str) -> Tenant:
        lower_name = name.lower()
        for tenant in self._simulator.tenants.values():
            if lower_name in (tenant.id.lower(), tenant.domain.lower()):
                return tenant
        raise refusals.tenant_unknown(name)

    def _faults(self, request: Request, client_id: str) -> list[Fault]:
        return self._simulator.faults.struck(
            method=request.method, path=request.url.path, tenant="", client_id=client_id, version="", in_batch=False
        )

    async def _delays(self, faults: list[Fault]) -> None:
        for fault in faults:
            if fault.kind is FaultKind.DELAY:
                await self._simulator.clock.sleep(fault.seconds)

    def _log(self, request: Request, form: dict[str, str], status: int, faults: list[Fault]) -> None:
        tenant = self._simulator.tenant(request.path_params["tenant"])
        self._simulator.log.add(
            Entry(
                number=self._simulator.log.next_number(),
                at=iso(self._simulator.clock.now()),
                method=request.method,
                version="",
                path=request.url.path,
                query="",
                status=status,
                tenant=tenant.id if tenant else "",
                client_id=form.get("client_id", ""),
                request_id=str(uuid.uuid4()),
                client_request_id=request.headers.get("client-request-id", ""),
                fault=",".join(fault.kind for fault in faults),
            )
        )


def sign_in_routes(simulator: Simulator) -> list[Route]:
    """Return the routes of the identity platform."""
    sign_in = SignIn(simulator)
    return [
        Route("/common/discovery/instance", sign_in.instances, methods=["GET"]),
        Route("/{tenant}/oauth2/v2.0/token", sign_in.token, methods=["POST"]),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", sign_in.discovery, methods=["GET"]),
        Route("/{tenant}/discovery/v2.0/keys", sign_in.keys, methods=["GET"]),
    ]
