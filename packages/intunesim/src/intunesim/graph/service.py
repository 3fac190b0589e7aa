"""Answer a call from beginning to end: sign-in, permissions, limits, faults, response."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from intunesim.clock import iso
from intunesim.errors import GraphError, Origin, bad_request, invalid_token
from intunesim.faults import BEFORE, WIRE, Fault, FaultKind
from intunesim.graph import special
from intunesim.graph.approval import check_approval
from intunesim.graph.charging import charge_of
from intunesim.graph.messages import Answer, Call, GraphRequest
from intunesim.graph.mishaps import refusal_of, spoil
from intunesim.graph.permissions import check_permission
from intunesim.graph.world import World
from intunesim.journal import Entry
from intunesim.json_text import NotJson, read
from intunesim.json_types import Json
from intunesim.login.audience import check_audience
from intunesim.login.tokens import Caller
from intunesim.odata.query import parse_query
from intunesim.state.tenant import Tenant

KNOWN_PREFERENCES = frozenset({"include-unknown-enum-members", "odata.maxpagesize", "return"})
logger = logging.getLogger("intunesim")
Answering: TypeAlias = Callable[[World, GraphRequest, Caller], Awaitable[Answer]]


@dataclass
class Outcome:
    """An answer, and what is to go wrong with the connection that carries it."""

    answer: Answer
    wire: Fault | None = None


async def serve(world: World, request: GraphRequest) -> Outcome:
    """Answer a call and log it."""
    return await serve_with(world, request, _answer_call)


async def serve_with(world: World, request: GraphRequest, answering: Answering) -> Outcome:
    """Answer a call with what all calls have in common: sign-in, faults, time, headers, the log."""
    caller: Caller | None = None
    faults: list[Fault] = []
    unknown = _ignored_headers(request)
    try:
        caller = _caller(world, request)
        faults = _struck(world, request, caller)
        await _let_time_pass(world, request, faults)
        answer = await _answer(world, request, caller, faults, answering)
    except GraphError as error:
        answer = error_answer(world, request, error)
        unknown = error.unknown or unknown
    except Exception:
        # A fault of the simulator's own: said aloud here, and answered as Graph answers its own.
        logger.exception("%s %s failed", request.method, request.path)
        failure = GraphError(500, "InternalServerError", "The simulator failed; its log says why.", Origin.GATEWAY)
        answer = error_answer(world, request, failure)
    answer.headers = {**_headers(request), **answer.headers}
    _log(world, request, caller, answer, faults, unknown)
    return Outcome(answer, next((fault for fault in faults if fault.kind in WIRE), None))


def error_answer(world: World, request: GraphRequest, error: GraphError) -> Answer:
    """Return a refusal in the shape of the service it comes from."""
    body = error.body(
        request_id=request.request_id,
        client_request_id=request.client_request_id,
        now=world.clock.now(),
        path=f"/{request.path}",
    )
    return Answer(error.status, body, dict(error.headers))


def tenant_of(world: World, caller: Caller) -> Tenant:
    """Return the tenant that a token is for. Raises 401 when it is gone."""
    tenant = world.tenants.get(caller.tenant_id)
    if tenant is None or caller.client_id not in tenant.applications:
        raise invalid_token("The identity of the calling application could not be established.")
    return tenant


def _caller(world: World, request: GraphRequest) -> Caller:
    caller = world.issuer.read(request.headers.get("authorization"), now=world.clock.now())
    tenant_of(world, caller)
    check_audience(caller.audience, request.base_url)
    return caller


async def _answer(
    world: World, request: GraphRequest, caller: Caller, faults: list[Fault], answering: Answering
) -> Answer:
    before = next((fault for fault in faults if fault.kind in BEFORE), None)
    if before is not None and before.kind is FaultKind.STATUS:
        raise refusal_of(before, request)
    if before is not None:
        return Answer(503)
    answer = await answering(world, request, caller)
    after = next((fault for fault in faults if fault.kind is FaultKind.STATUS_AFTER), None)
    if after is not None:
        raise refusal_of(after, request)
    for fault in faults:
        spoil(answer, fault, request)
    return answer


async def _answer_call(world: World, request: GraphRequest, caller: Caller) -> Answer:
    call, handler = _understood(world, request, caller)
    reported = world.limiter.charge(charge_of(call)) if world.limiter else {}
    check_permission(call)
    check_approval(call)
    answer = handler(call)
    answer.headers.update(reported)
    return answer


def _understood(world: World, request: GraphRequest, caller: Caller) -> tuple[Call, special.Handler]:
    query = parse_query(request.query)
    located = special.locate(request)
    if request.method not in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        raise bad_request(f"The HTTP method '{request.method}' is not supported.")
    tenant = tenant_of(world, caller)
    now = world.clock.now()
    return Call(world, request, tenant, caller, query, located.collection, located.rest, now), located.answer


def _struck(world: World, request: GraphRequest, caller: Caller) -> list[Fault]:
    return world.faults.struck(
        method=request.method,
        path=f"/{request.path}",
        tenant=caller.tenant_id,
        client_id=caller.client_id,
        version=request.version,
        in_batch=request.batch is not None,
    )


async def _let_time_pass(world: World, request: GraphRequest, faults: list[Fault]) -> None:
    """Latency and delays. A batch takes the time of what it carries, which runs side by side."""
    seconds = 0.0 if request.path.lower() == "$batch" else world.latency_ms / 1000
    seconds += sum(fault.seconds for fault in faults if fault.kind is FaultKind.DELAY)
    if seconds:
        await world.clock.sleep(seconds)
    else:
        await asyncio.sleep(0)


def _headers(request: GraphRequest) -> dict[str, str]:
    diagnostic = {
        "ServerInfo": {
            "DataCenter": "West Europe",
            "Slice": "E",
            "Ring": "5",
            "ScaleUnit": "003",
            "RoleInstance": "SIM00001",
        }
    }
    return {
        "request-id": request.request_id,
        "client-request-id": request.client_request_id,
        "x-ms-ags-diagnostic": json.dumps(diagnostic, separators=(",", ":")),
        "odata-version": "4.0",
        "Cache-Control": "no-cache",
    }


def _log(
    world: World, request: GraphRequest, caller: Caller | None, answer: Answer, faults: list[Fault], unknown: str
) -> None:
    world.log.add(
        Entry(
            number=world.log.next_number(),
            at=iso(world.clock.now()),
            method=request.method,
            version=request.version,
            path=f"/{request.path}",
            query=request.query,
            status=answer.status,
            tenant=caller.tenant_id if caller else "",
            client_id=caller.client_id if caller else "",
            request_id=request.request_id,
            client_request_id=request.client_request_id,
            batch=request.batch,
            fault=",".join(fault.kind for fault in faults),
            unknown=unknown,
            body=_written(request),
        )
    )


def _ignored_headers(request: GraphRequest) -> str:
    """Return the wish of a client's headers that is not fulfilled, "" without one."""
    accept, prefer = request.headers.get("accept", ""), request.headers.get("prefer", "")
    if "odata.metadata=full" in accept:
        return "header Accept: odata.metadata=full"
    preferences = [part.strip().partition("=")[0] for part in prefer.split(",") if part.strip()]
    unknown = [name for name in preferences if name not in KNOWN_PREFERENCES]
    return f"header Prefer: {unknown[0]}" if unknown else ""


def _written(request: GraphRequest) -> Json:
    if request.method == "GET" or not request.content:
        return None
    try:
        return read(request.content)
    except NotJson:
        return None


def within_batch(request: GraphRequest, part: GraphRequest) -> GraphRequest:
    """Return a sub-request, carried by a batch and authorized by it."""
    headers = {**part.headers, "authorization": request.headers.get("authorization", "")}
    return replace(part, headers=headers, batch=request.request_id, base_url=request.base_url)
