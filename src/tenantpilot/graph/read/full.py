"""Reading objects whole: with the properties that a list leaves out and with what hangs below them.

A payload has the shape of an object with everything expanded: Graph's own JSON, untouched, with each
part under its name. It is complete, or its object fails by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.batch import Read
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.contracts.parts import ASSIGNMENTS, Part
from tenantpilot.graph.errors import (
    GraphError,
    GraphIncompleteRead,
    GraphNotFound,
    GraphNotShown,
    GraphResponseUnreadable,
    GraphStopped,
)
from tenantpilot.graph.read.listing import Clock, read_policies, utc_now

log = logging.getLogger(__name__)

AT_ONCE = 200
SHOWN_WHOLE_BELOW = 20
"""A list that shows so many items of a part may have cut it there."""
SHOWN_AT_ONCE = 25
"""Of the parts of one object, unless more are asked for: who holds more is where reads are cut without a word."""
NEXT_LINK = "@odata.nextLink"
ABOUT_THE_ANSWER = frozenset({"@odata.context", "@odata.null"})


@dataclass(frozen=True)
class FullRead:
    """An object with all its parts, or the error that kept it from being read whole."""

    graph_id: str
    payload: JsonObject | None = None
    error: GraphError | None = None


@dataclass(frozen=True)
class TypeRead:
    """All objects of one type, each whole or with its error; or why its list could not be read."""

    contract: Contract
    reads: tuple[FullRead, ...] = ()
    error: GraphError | None = None
    began_at: datetime | None = None
    """The time before the first request: what happens in the tenant after it may be missing. None with an error."""


@dataclass
class _Owner:
    """Something with parts below it, on the way to being whole."""

    address: str
    payload: JsonObject = field(default_factory=dict)
    error: GraphError | None = None


def read_types_whole(
    client: GraphClient, contracts: Iterable[Contract], *, clock: Clock = utc_now
) -> Iterator[TypeRead]:
    """Read many types whole at once, each as soon as it is there. One that fails does not stop the others."""
    by_key = {contract.key: contract for contract in contracts}
    calls = {key: partial(_type_whole, client, contract, clock) for key, contract in by_key.items()}
    for key, outcome in client.together(calls):
        yield TypeRead(by_key[key], error=outcome) if isinstance(outcome, GraphError) else outcome


def _type_whole(client: GraphClient, contract: Contract, clock: Clock) -> TypeRead:
    """Read a type; JSON of an unforeseen shape makes it unreadable, and is logged with its trace."""
    began_at = clock()
    try:
        return TypeRead(contract, tuple(read_type_whole(client, contract)), began_at=began_at)
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        log.exception("answer of an unknown shape: %s", contract.key)
        raise GraphResponseUnreadable("an answer of an unknown shape") from error


def read_type_whole(client: GraphClient, contract: Contract) -> Iterator[FullRead]:
    """Yield every object of a type in full, in as few requests as possible. Raises GraphError when the list fails."""
    gone: dict[str, GraphNotFound] = {}
    for full_read in read_whole(client, contract, read_policies(client, contract.expanded)):
        if isinstance(full_read.error, GraphNotFound):
            gone[full_read.graph_id] = full_read.error
        else:
            yield full_read
    if gone:
        yield from _looked_up(client, contract, gone)


def _looked_up(client: GraphClient, contract: Contract, gone: Mapping[str, GraphNotFound]) -> Iterator[FullRead]:
    """Yield what was listed and then not found. What the list still shows is not gone: it could not be read."""
    present = {item["id"] for item in read_policies(client, contract)}
    for graph_id, error in gone.items():
        yield FullRead(graph_id, error=GraphNotShown(error.facts) if graph_id in present else error)


def read_whole(client: GraphClient, contract: Contract, items: Iterable[JsonObject]) -> Iterator[FullRead]:
    """Make the objects of a list whole, in the order of the list. One that fails harms no other.

    Parts that the list shows already are not read again, unless they may have been cut short.
    """
    for some in _portions(items):
        yield from _whole_or_again(client, contract, some)


def read_by_id(client: GraphClient, contract: Contract, items: Iterable[JsonObject]) -> Iterator[FullRead]:
    """Read the objects anew, whatever is known of them: `items` need an id, and their @odata.type if there is one."""
    for some in _portions(items):
        yield from _anew_or_again(client, contract, some)


def with_gone_confirmed(client: GraphClient, contract: Contract, reads: Sequence[FullRead]) -> list[FullRead]:
    """Return the reads of single objects; what was not found counts as gone only where its list lacks it as well."""
    gone = {full_read.graph_id: full_read.error for full_read in reads if isinstance(full_read.error, GraphNotFound)}
    if not gone:
        return list(reads)
    try:
        outcomes = {full_read.graph_id: full_read for full_read in _looked_up(client, contract, gone)}
    except GraphStopped:
        raise
    except GraphError as error:
        outcomes = {graph_id: FullRead(graph_id, error=error) for graph_id in gone}
    return [outcomes.get(full_read.graph_id, full_read) for full_read in reads]


def incomplete_objects(client: GraphClient, contract: Contract, items: Iterable[JsonObject]) -> list[FullRead]:
    """Return the objects that state more parts than Graph shows at once, and could not be read whole."""
    large = [item for item in items if any(_states_many(item, part) for part in contract.parts)]
    return [full_read for full_read in read_whole(client, contract, large) if full_read.error is not None]


def _states_many(item: JsonObject, part: Part) -> bool:
    stated = item.get(part.stated_by)
    return isinstance(stated, int) and stated > SHOWN_AT_ONCE


def _whole_or_again(client: GraphClient, contract: Contract, items: list[JsonObject]) -> list[FullRead]:
    """Return the reads with incomplete ones read once more: they may have changed meanwhile."""
    return _mended(_whole_of_items(client, contract, items), items, partial(_whole_by_id, client, contract))


def _anew_or_again(client: GraphClient, contract: Contract, items: list[JsonObject]) -> list[FullRead]:
    read_anew = partial(_whole_by_id, client, contract)
    return _mended(read_anew(items), items, read_anew)


def _mended(
    reads: list[FullRead], items: list[JsonObject], read_again: Callable[[list[JsonObject]], list[FullRead]]
) -> list[FullRead]:
    torn = [n for n, full_read in enumerate(reads) if isinstance(full_read.error, GraphIncompleteRead)]
    for n, again in zip(torn, read_again([items[n] for n in torn]) if torn else (), strict=True):
        reads[n] = again
    return reads


def _whole_of_items(client: GraphClient, contract: Contract, items: list[JsonObject]) -> list[FullRead]:
    owners = [_owner(contract, item, dict(item)) for item in items]
    if contract.full_query is not None:
        _fetch(client, contract, [owner for owner in owners if not contract.lists_whole(owner.payload)])
    return _with_parts(client, contract, items, owners)


def _whole_by_id(client: GraphClient, contract: Contract, items: list[JsonObject]) -> list[FullRead]:
    owners = [_owner(contract, item, _type_known(contract, item)) for item in items]
    _fetch(client, contract, owners)
    return _with_parts(client, contract, items, owners)


def _fetch(client: GraphClient, contract: Contract, owners: Sequence[_Owner]) -> None:
    """Read the objects themselves; parts that a list has shown stay beside what is read now."""
    is_single = contract.kind is Kind.SINGLETON
    query = contract.query if is_single else contract.full_query or {}
    sound = [owner for owner in owners if owner.error is None]
    answers = client.batch([Read(owner.address, query) for owner in sound])
    for owner, answer in zip(sound, answers, strict=True):
        if isinstance(answer, GraphError):
            owner.error = answer
            continue
        listed = {part.name: owner.payload[part.name] for part in contract.parts if part.name in owner.payload}
        identity = {"id": contract.key} if is_single else _type_known(contract, owner.payload)
        owner.payload = {**listed, **identity, **answer}


def _type_known(contract: Contract, item: JsonObject) -> JsonObject:
    """Return the type of an object whose collection holds one type alone, and need not name it."""
    has_type = contract.collections and "@odata.type" in item
    return {"@odata.type": item["@odata.type"]} if has_type else {}


def _with_parts(
    client: GraphClient, contract: Contract, items: list[JsonObject], owners: list[_Owner]
) -> list[FullRead]:
    _complete_expanded(client, owners)
    _add_parts(client, owners, contract.parts)
    return [_outcome(item, owner) for item, owner in zip(items, owners, strict=True)]


def _complete_expanded(client: GraphClient, owners: Sequence[_Owner]) -> None:
    """An expanded list may be a first page only, with a link to the rest beside it."""
    calls = {
        (n, name): partial(_rest, client, owner.payload, name)
        for n, owner in enumerate(owners)
        for name in owner.payload
        if name.endswith(NEXT_LINK) and name != NEXT_LINK
    }
    for (n, name), outcome in client.together(calls):
        if isinstance(outcome, GraphError):
            owners[n].error = _of_part(outcome)
        else:
            owners[n].payload[name.removesuffix(NEXT_LINK)] = outcome
            del owners[n].payload[name]


def _rest(client: GraphClient, payload: JsonObject, name: str) -> list[JsonObject]:
    page = {"value": payload.get(name.removesuffix(NEXT_LINK)), NEXT_LINK: payload[name]}
    return list(client.rest_of(page))


def _add_parts(client: GraphClient, owners: Sequence[_Owner], parts: Sequence[Part]) -> None:
    """Read the parts of all owners together, then what lies below the parts."""
    sound = [owner for owner in owners if owner.error is None]
    missing = [(owner, part) for owner in sound for part in parts if _is_to_be_read(owner.payload, part)]
    answers = client.batch([Read(part.address(owner.address, owner.payload), part.params) for owner, part in missing])
    calls = {n: partial(_part_of, client, missing[n][1], answer) for n, answer in enumerate(answers)}
    for n, outcome in client.together(calls):
        _keep(*missing[n], outcome)
    for part in parts:
        _add_below(client, sound, part)


def _is_to_be_read(payload: JsonObject, part: Part) -> bool:
    """Not what the list has shown, except where it looks cut off or says that there is more."""
    if not part.is_of(payload):
        return False
    if part.only_if and all(payload.get(name) == 0 for name in part.only_if):
        payload.setdefault(part.name, [])
        return False
    listed = payload.get(part.name)
    if not part.expand or not isinstance(listed, list):
        return True
    is_suspicious = part is ASSIGNMENTS and not listed and payload.get("isAssigned") is True
    return is_suspicious or len(listed) >= SHOWN_WHOLE_BELOW


def _part_of(client: GraphClient, part: Part, answer: JsonObject | GraphError) -> list[JsonObject] | JsonObject | None:
    """Return all items of a part, or its one object; None where there is none."""
    if part.is_single and isinstance(answer, GraphNotFound):
        return None
    if isinstance(answer, GraphError):
        raise answer
    if part.is_single:
        return {name: value for name, value in answer.items() if name not in ABOUT_THE_ANSWER} or None
    return list(client.rest_of(answer))


def _keep(owner: _Owner, part: Part, outcome: list[JsonObject] | JsonObject | GraphError | None) -> None:
    if isinstance(outcome, GraphError):
        owner.error = owner.error or _of_part(outcome)
        return
    owner.payload[part.name] = outcome
    if not isinstance(outcome, list):
        return
    stated = owner.payload.get(part.stated_by) if part.stated_by else None
    if isinstance(stated, int) and stated != len(outcome):
        owner.error = owner.error or GraphIncompleteRead(stated=stated, item_count=len(outcome))


def _of_part(error: GraphError) -> GraphError:
    """Return the error of an object of which a part could not be read.

    That a part is not found does not say that the object is gone: it is asked for anew, and that answer decides.
    """
    return GraphNotShown(error.facts) if isinstance(error, GraphNotFound) else error


def _add_below(client: GraphClient, owners: Sequence[_Owner], part: Part) -> None:
    if not part.parts:
        return
    below = [
        (owner, _Owner(f"{owner.address}/{part.below}/{item['id']}", item))
        for owner in owners
        for item in owner.payload.get(part.name) or ()
        if isinstance(item.get("id"), str)
    ]
    _add_parts(client, [inner for _owner, inner in below], part.parts)
    for owner, inner in below:
        owner.error = owner.error or inner.error


def _outcome(item: JsonObject, owner: _Owner) -> FullRead:
    if owner.error is not None:
        return FullRead(item["id"], error=owner.error)
    if owner.payload.get("id") != item["id"]:
        return FullRead(item["id"], error=GraphResponseUnreadable("another object than the one asked for"))
    return FullRead(item["id"], payload=owner.payload)


def _owner(contract: Contract, item: JsonObject, payload: JsonObject) -> _Owner:
    """Return the object on its way; one whose id fits into no address fails alone."""
    try:
        return _Owner(contract.address(item["id"], odata_type=str(item.get("@odata.type", ""))), payload)
    except UnicodeError:
        return _Owner("", payload, GraphResponseUnreadable("an id that no address holds"))


def _portions(items: Iterable[JsonObject]) -> Iterator[list[JsonObject]]:
    """The number of objects read at once: enough to fill batches, few enough for memory."""
    waiting = iter(items)
    while some := list(islice(waiting, AT_ONCE)):
        yield some
