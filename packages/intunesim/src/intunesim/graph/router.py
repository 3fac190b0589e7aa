"""From a path to what answers it."""

from dataclasses import replace

from intunesim.catalog import Collection, find_collection
from intunesim.catalog.types import type_table
from intunesim.errors import bad_request, method_not_allowed, unknown_segment
from intunesim.graph import children, reading, writing
from intunesim.graph.actions import find_action, find_collection_action
from intunesim.graph.assigning import assign
from intunesim.graph.messages import Answer, Call


def locate(segments: list[str], version: str) -> tuple[Collection, tuple[str, ...]]:
    """Return the collection that a path is about, and the rest of the path. Raises 400."""
    location = find_collection(segments)
    if location is None or version not in location[0].versions:
        raise unknown_segment(segments[-1] if segments else "")
    collection, rest = location
    return collection, tuple(rest)


def answer(call: Call) -> Answer:
    """Do what the request asks."""
    casts = [part for part in call.rest[:2] if _is_cast(part)]
    rest = tuple(part for index, part in enumerate(call.rest) if index > 1 or not _is_cast(part))
    call = replace(call, rest=rest, cast=casts[0] if casts else "")
    if not rest:
        return _collection(call)
    if rest == ("$count",):
        return reading.get_count(call)
    if (of_all := find_collection_action(call)) is not None and call.request.method == "POST":
        return of_all(call)
    if len(rest) == 1:
        return _object(call, rest[0])
    if (action := find_action(call)) is not None:
        return action[0](call, action[1])
    if call.collection.assign and rest[1].lower().removeprefix("microsoft.graph.") == call.collection.assign.action:
        if call.request.method != "POST":
            raise method_not_allowed(call.request.method)
        return assign(call, rest[0])
    if call.request.method == "GET" and len(rest) == 2 and rest[1] in call.collection.list_omits:
        return reading.get_property(call, rest[0], rest[1])
    return children.answer_child(call, rest[0], rest[1:])


def _collection(call: Call) -> Answer:
    if call.request.method == "GET":
        return reading.get_list(call)
    if call.request.method == "POST":
        return writing.create(call)
    raise method_not_allowed(call.request.method)


def _object(call: Call, identifier: str) -> Answer:
    verbs = {"GET": reading.get_one, "PATCH": writing.update, "PUT": writing.replace, "DELETE": writing.delete}
    verb = verbs.get(call.request.method)
    if verb is None:
        raise method_not_allowed(call.request.method)
    if identifier.lower() in ("delta", "delta()", "microsoft.graph.delta()"):
        raise unknown_segment(identifier)
    if identifier.startswith("$"):
        raise bad_request(f"The segment '{identifier}' is not supported.")
    return verb(call, identifier)


def _is_cast(segment: str) -> bool:
    """Return True if a segment names a type, as in /mobileApps/microsoft.graph.win32LobApp."""
    return segment.startswith("microsoft.graph.") and type_table().find(segment) is not None
