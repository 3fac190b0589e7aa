"""The ASGI application: sign-in, Graph and the control interface, told apart by path."""

import uuid

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route

from intunesim.clock import http_date
from intunesim.errors import GraphError, bad_request
from intunesim.graph.batch import serve_batch
from intunesim.graph.messages import GraphRequest
from intunesim.graph.service import Outcome, error_answer, serve
from intunesim.json_types import Json
from intunesim.simulator import Simulator
from intunesim.web.address import base_url
from intunesim.web.control import control_routes
from intunesim.web.sign_in import sign_in_routes
from intunesim.web.wire import WireResponse

LARGEST_BODY = 28 * 1024 * 1024
KEPT = frozenset({"@odata.nextLink", "@odata.deltaLink", "@odata.count"})
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


def build_application(simulator: Simulator) -> Starlette:
    """Return the application that serves a simulator."""

    async def graph(request: Request) -> WireResponse:
        graph_call = await graph_request(request)
        outcome = await _answered(simulator, graph_call)
        answer = outcome.answer
        if "odata.metadata=none" in graph_call.headers.get("accept", ""):
            answer.body = _without_remarks(answer.body)
        headers = {"Date": http_date(simulator.clock.now()), **answer.headers}
        if answer.status != 204:
            headers.setdefault("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true")
        return WireResponse(answer.status, headers, answer.content(), outcome.wire)

    async def no_version(request: Request) -> WireResponse:
        """Refuse an address below no version of Graph."""
        error = bad_request("Invalid version.")
        body = error_answer(simulator, await graph_request(request), error)
        return WireResponse(body.status, {"Content-Type": "application/json"}, body.content())

    return Starlette(
        routes=[
            Route("/v1.0", graph, methods=METHODS),
            Route("/beta", graph, methods=METHODS),
            Route("/v1.0/{path:path}", graph, methods=METHODS),
            Route("/beta/{path:path}", graph, methods=METHODS),
            Mount("/_sim", routes=control_routes(simulator)),
            *sign_in_routes(simulator),
            Route("/v{version:int}.0/{path:path}", no_version, methods=METHODS),
        ]
    )


def _without_remarks(value: Json) -> Json:
    """Return an answer as odata.metadata=none wants it: without remarks, save links and counts."""
    if isinstance(value, list):
        return [_without_remarks(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_remarks(item) for name, item in value.items() if "@odata." not in name or name in KEPT}


async def _answered(simulator: Simulator, request: GraphRequest) -> Outcome:
    if len(request.content) > LARGEST_BODY:
        error = GraphError(413, "RequestEntityTooLarge", "The size of the request body is larger than allowed.")
        return Outcome(error_answer(simulator, request, error))
    if request.path.lower() == "$batch" and request.method == "POST":
        return await serve_batch(simulator, request)
    return await serve(simulator, request)


async def graph_request(request: Request) -> GraphRequest:
    """Return the call to Graph that an HTTP request carries."""
    raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
    _, version, *below = raw_path.decode("latin-1").split("?")[0].split("/", 2)
    return GraphRequest(
        method=request.method,
        version=version,
        path="".join(below).strip("/"),
        query=request.scope["query_string"].decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        content=await request.body(),
        base_url=base_url(request),
        request_id=str(uuid.uuid4()),
    )
