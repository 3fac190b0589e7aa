"""Delta queries on groups: what changed since the last time.

Source: https://learn.microsoft.com/graph/delta-query-groups
"""

import base64
import binascii
import copy
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from intunesim.errors import GraphError, Origin, bad_request, method_not_allowed
from intunesim.graph.messages import Answer, Call
from intunesim.json_types import JsonObject
from intunesim.odata.shaping import selected
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant
from intunesim.state.trash import find_deleted

CHANGES = "changes/groups"
PAGE_SIZE = 100
LATEST = "latest"
BY_ID = re.compile(r"\s*id\s+eq\s+'([^']+)'\s*")


def record(call: Call, activity: str, entity: Entity) -> None:
    """Note a change of a group, by whatever verb it came."""
    if call.collection.key != "group":
        return
    removed = None
    if activity in ("Delete", "Purge"):
        is_recoverable = find_deleted(call.tenant, call.collection, entity.id) is not None
        removed = "changed" if is_recoverable else "deleted"
    note(call.tenant, entity.id, now=call.now, removed=removed)


def note(
    tenant: Tenant, group_id: str, *, now: datetime, removed: str | None = None, member: JsonObject | None = None
) -> None:
    """Write a change down: of the group itself, of one member, or its removal."""
    sequence = last_sequence(tenant) + 1
    body = {"id": str(sequence), "sequence": sequence, "group": group_id, "removed": removed, "member": member}
    tenant.store.put(CHANGES, Entity(str(sequence), {**body, "at": now.isoformat()}))


def last_sequence(tenant: Tenant) -> int:
    """Return the number of the newest change."""
    newest = tenant.store.newest(CHANGES)
    return int(newest.body["sequence"]) if newest else 0


@dataclass(frozen=True)
class _State:
    """The contents of a token: the query it continues, and how far it has come."""

    issued: float
    select: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    since: int = -1
    """The last change that is known; -1 means: everything is asked for."""
    until: int = 0
    """The last change that this round reports."""
    place: tuple[int, int] = (0, 0)
    """The order of the group that was reported last, and the part of its members."""

    def token(self) -> str:
        """Return the state as text for a link."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")


class _Item(NamedTuple):
    place: tuple[int, int]
    body: JsonObject


def answer_delta(call: Call) -> Answer:
    """GET /groups/delta: a page of changes, and the link to the next page or to the next round."""
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    state = _state(call)
    if call.query.deltatoken == LATEST:
        return _page(call, [], replace(state, since=state.until), last=True)
    stream = _everything(call, state) if state.since < 0 else _changes(call, state)
    size = call.tenant.habits.page_sizes.get("groups/delta", PAGE_SIZE)
    rest = [item for item in stream if item.place > state.place]
    items = rest[:size]
    if len(rest) > size:
        return _page(call, items, replace(state, place=items[-1].place), last=False)
    return _page(call, items, state, last=True)


def _state(call: Call) -> _State:
    """Return the state of the query: its beginning, or the one in its token. Raises 400 and 410."""
    token = call.query.skiptoken or call.query.deltatoken
    if not token or token == LATEST:
        return _first_state(call)
    state = _read(token)
    age = call.now.timestamp() - state.issued
    if age > timedelta(days=call.tenant.habits.delta_token_days).total_seconds():
        raise _gone(call)
    if call.query.deltatoken:
        until = last_sequence(call.tenant)
        since = max(state.until - int(call.tenant.habits.delta_replays), 0)
        return replace(state, since=since, until=until, place=(0, 0))
    return state


def _first_state(call: Call) -> _State:
    for option in ("$top", "$orderby", "$expand", "$search", "$count"):
        if option in call.query.raw:
            raise bad_request(f"The query option '{option}' is not supported in delta queries.", Origin.DIRECTORY)
    only = _only(call.query.filter)
    return _State(call.now.timestamp(), call.query.select, only, until=last_sequence(call.tenant))


def _only(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    matches = [BY_ID.fullmatch(part) for part in re.split(r"\s+or\s+", text)]
    if not all(matches):
        raise bad_request("Only filters of the form id eq '…' are supported in delta queries.", Origin.DIRECTORY)
    return tuple(match.group(1) for match in matches if match)


def _read(token: str) -> _State:
    try:
        fields_of_token = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        lists = {name: tuple(fields_of_token[name]) for name in ("select", "only")}
        return _State(
            **{
                **fields_of_token,
                **lists,
                "place": (int(fields_of_token["place"][0]), int(fields_of_token["place"][1])),
            }
        )
    except (binascii.Error, ValueError, TypeError, KeyError, IndexError) as error:
        raise GraphError(
            400, "Directory_InvalidDeltaToken", "The delta token is not valid.", Origin.DIRECTORY
        ) from error


def _gone(call: Call) -> GraphError:
    """410: the token is too old, and a full synchronization starts at the address in Location."""
    location = f"{call.request.address}?$deltatoken="
    text = "The sync state generation is not found; a full synchronization is required."
    return GraphError(410, "syncStateNotFound", text, Origin.DIRECTORY, headers={"Location": location})


def _everything(call: Call, state: _State) -> Iterator[_Item]:
    for group in call.tenant.store.entities("groups"):
        if state.only and group.id not in state.only:
            continue
        members = [_typed(call.tenant, str(member["id"])) for member in group.children.get("members", [])]
        yield from _in_parts(call, state, group, group.order, members)


def _changes(call: Call, state: _State) -> Iterator[_Item]:
    """Yield one item for each changed group, in the order of its first change; many members make several items."""
    changed: dict[str, list[JsonObject]] = {}
    for change in call.tenant.store.entities(CHANGES):
        if state.since < change.body["sequence"] <= state.until:
            changed.setdefault(change.body["group"], []).append(change.body)
    for group_id, bodies in changed.items():
        if state.only and group_id not in state.only:
            continue
        order = int(bodies[0]["sequence"])
        group = call.tenant.store.find("groups", group_id)
        if group is None:
            reason = next((body["removed"] for body in reversed(bodies) if body["removed"]), "deleted")
            yield _Item((order, 1), {"id": group_id, "@removed": {"reason": reason}})
        else:
            yield from _in_parts(call, state, group, order, _members(call.tenant, bodies))


def _members(tenant: Tenant, bodies: list[JsonObject]) -> list[JsonObject]:
    """Return the last word on each member that came or went."""
    latest: dict[str, JsonObject] = {}
    for body in bodies:
        if body["member"]:
            latest[body["member"]["id"]] = {**_typed(tenant, body["member"]["id"]), **body["member"]}
    return list(latest.values())


def _in_parts(call: Call, state: _State, group: Entity, order: int, members: list[JsonObject]) -> Iterator[_Item]:
    body = selected(copy.deepcopy(group.body), state.select) if state.select else copy.deepcopy(group.body)
    wants_members = not state.select or "members" in state.select
    size = max(call.tenant.habits.delta_members_per_page, 1)
    parts = [members[start : start + size] for start in range(0, len(members), size)] if wants_members else []
    if not parts:
        yield _Item((order, 1), body)
    for number, part in enumerate(parts, start=1):
        yield _Item((order, number), {**body, "members@delta": part})


def _typed(tenant: Tenant, identifier: str) -> JsonObject:
    object_type = "group" if tenant.store.find("groups", identifier) else "user"
    return {"@odata.type": f"#microsoft.graph.{object_type}", "id": identifier}


def _page(call: Call, items: list[_Item], state: _State, *, last: bool) -> Answer:
    context = call.context(f"groups({','.join(state.select)})" if state.select else "groups")
    name, option = ("@odata.deltaLink", "$deltatoken") if last else ("@odata.nextLink", "$skiptoken")
    issued = replace(state, issued=call.now.timestamp())
    link = f"{call.request.address}?{option}={quote(issued.token(), safe='')}"
    return Answer(body={"@odata.context": context, name: link, "value": [item.body for item in items]})
