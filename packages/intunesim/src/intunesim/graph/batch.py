"""$batch: up to twenty calls in one.

Source: https://learn.microsoft.com/graph/json-batching
"""

import asyncio
import base64
import json

from intunesim.errors import GraphError, bad_request
from intunesim.graph.messages import Answer, GraphRequest
from intunesim.graph.service import Outcome, error_answer, serve, serve_with, tenant_of, within_batch
from intunesim.graph.world import World
from intunesim.json_types import Json, JsonObject
from intunesim.login.tokens import Caller

MOST = 20
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


async def serve_batch(world: World, request: GraphRequest) -> Outcome:
    """Answer a batch: 200 with one response for each request, in no particular order; 400 when it is malformed."""
    return await serve_with(world, request, _answer_batch)


async def _answer_batch(world: World, request: GraphRequest, caller: Caller) -> Answer:
    tenant = tenant_of(world, caller)
    responses = await _run(world, request, _checked(request.json()))
    if tenant.habits.shuffle_batches:
        world.random.shuffle(responses)
    return Answer(200, {"responses": responses})


def _checked(body: JsonObject) -> list[JsonObject]:
    """Return the requests of a batch. Raises 400 when any of them is not well formed."""
    parts = body.get("requests")
    if not isinstance(parts, list) or not parts:
        raise bad_request("Invalid batch payload format: 'requests' must be a collection that is not empty.")
    if len(parts) > MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    ids_so_far: set[str] = set()
    texts = [_with_text_ids(part) for part in parts]
    for part in texts:
        _check_part(part, ids_so_far)
    return texts


def _with_text_ids(part: Json) -> Json:
    """Return the part with its ids as texts: clients send numbers too, and Graph takes both."""
    if not isinstance(part, dict):
        return part
    depends_on = part.get("dependsOn")
    earlier = {"dependsOn": [_text_id(part_id) for part_id in depends_on]} if isinstance(depends_on, list) else {}
    return {**part, **earlier, **({"id": _text_id(part["id"])} if "id" in part else {})}


def _text_id(value: Json) -> Json:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_part(part: Json, ids_so_far: set[str]) -> None:
    if not isinstance(part, dict) or not all(isinstance(part.get(name), str) for name in ("id", "method", "url")):
        raise bad_request("Invalid batch payload format: every request needs an id, a method and a url.")
    if part["id"].lower() in ids_so_far:
        raise bad_request(f"Request id '{part['id']}' occurs more than once in the batch.")
    if part["method"].upper() not in METHODS:
        raise bad_request(f"The method '{part['method']}' of request '{part['id']}' is not supported.")
    if "://" in part["url"]:
        raise bad_request(f"The url of request '{part['id']}' must be relative.")
    for earlier in part.get("dependsOn") or []:
        if str(earlier).lower() not in ids_so_far:
            raise bad_request(f"Request '{part['id']}' depends on '{earlier}', which does not come before it.")
    if "body" in part and not _has_content_type(part):
        raise bad_request(f"Request '{part['id']}' has a body but no Content-Type header.")
    ids_so_far.add(part["id"].lower())


def _has_content_type(part: JsonObject) -> bool:
    return any(name.lower() == "content-type" for name in part.get("headers") or {})


async def _run(world: World, request: GraphRequest, parts: list[JsonObject]) -> list[JsonObject]:
    """Run each request as soon as those it depends on are done."""
    tasks: dict[str, asyncio.Task[JsonObject]] = {}
    for part in parts:
        earlier = [tasks[str(name).lower()] for name in part.get("dependsOn") or []]
        tasks[part["id"].lower()] = asyncio.create_task(_one(world, request, part, earlier))
    return list(await asyncio.gather(*tasks.values()))


async def _one(
    world: World, request: GraphRequest, part: JsonObject, earlier: list["asyncio.Task[JsonObject]"]
) -> JsonObject:
    done = [await task for task in earlier]
    if any(response["status"] >= 400 for response in done):
        error = GraphError(424, "FailedDependency", "A request that this one depends on has failed.")
        return _response(part["id"], error_answer(world, request, error))
    outcome = await serve(world, within_batch(request, _sub_request(request, part)))
    return _response(part["id"], outcome.answer)


def _sub_request(request: GraphRequest, part: JsonObject) -> GraphRequest:
    path, _, query = part["url"].lstrip("/").partition("?")
    for version in ("v1.0/", "beta/"):
        path = path.removeprefix(version)
    body = part.get("body")
    return GraphRequest(
        method=part["method"].upper(),
        version=request.version,
        path=path,
        query=query,
        headers={name.lower(): str(value) for name, value in (part.get("headers") or {}).items()},
        content=json.dumps(body).encode() if body is not None else b"",
    )


def _response(identifier: str, answer: Answer) -> JsonObject:
    response: JsonObject = {"id": identifier, "status": answer.status, "headers": dict(answer.headers)}
    if answer.raw is not None:
        response["headers"].setdefault("Content-Type", "text/plain")
        response["body"] = base64.b64encode(answer.raw).decode()
    elif answer.body is not None:
        response["headers"].setdefault("Content-Type", "application/json")
        response["body"] = answer.body
    return response
