"""The ASGI application: sign-in, Graph and the control interface, told apart by path."""

import uuid

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route

from intunesim.clock import http_date
from intunesim.graph.batch import serve_batch
from intunesim.graph.messages import GraphRequest
from intunesim.graph.service import Outcome, serve
from intunesim.simulator import Simulator
from intunesim.web.address import base_url
from intunesim.web.control import control_routes
from intunesim.web.sign_in import sign_in_routes
from intunesim.web.wire import WireResponse

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


def build_application(simulator: Simulator) -> Starlette:
    """The application that serves a simulator."""

    async def graph(request: Request) -> WireResponse:
        asked = await graph_request(request)
        outcome = await _answered(simulator, asked)
        answer = outcome.answer
        headers = {"Date": http_date(simulator.clock.now()), **answer.headers}
        if answer.status != 204:
            headers.setdefault("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true")
        return WireResponse(answer.status, headers, answer.content(), outcome.wire)

    return Starlette(
        routes=[
            Route("/v1.0", graph, methods=METHODS),
            Route("/beta", graph, methods=METHODS),
            Route("/v1.0/{path:path}", graph, methods=METHODS),
            Route("/beta/{path:path}", graph, methods=METHODS),
            Mount("/_sim", routes=control_routes(simulator)),
            *sign_in_routes(simulator),
        ]
    )


async def _answered(simulator: Simulator, request: GraphRequest) -> Outcome:
    if request.path.lower() == "$batch" and request.method == "POST":
        return await serve_batch(simulator, request)
    return await serve(simulator, request)


async def graph_request(request: Request) -> GraphRequest:
    """The call to Graph that an HTTP request carries."""
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
