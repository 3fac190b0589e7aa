"""Reading a tenant's objects by their contracts: complete, or failing loudly."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.tokens import granted_roles
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.errors import (
    GraphError,
    GraphForbidden,
    GraphIncompleteRead,
    GraphInternalError,
    GraphRejected,
    GraphResponseUnreadable,
)

log = logging.getLogger(__name__)

ACCEPTS_LAG = {"ConsistencyLevel": "eventual"}
"""Source: https://learn.microsoft.com/graph/aad-advanced-queries"""


GATHER_SECONDS = 0.3
"""The longest wait for more types after the first of a group: recording them together asks the database less."""


@dataclass(frozen=True)
class TypeRead:
    """All objects of one type, or why they could not be read. Never a part of them."""

    contract: Contract
    items: tuple[JsonObject, ...] = ()
    error: GraphError | None = None
    began_at: datetime | None = None
    """The time before the first request: what happens in the tenant after it may be missing. None with an error."""


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def read_types(client: GraphClient, contracts: Iterable[Contract], *, clock: Clock = utc_now) -> Iterator[TypeRead]:
    """Read many types at once, each as soon as it is whole. One that fails does not stop the others."""
    for group in read_types_in_groups(client, contracts, gather_seconds=0, clock=clock):
        yield from group


def read_types_in_groups(
    client: GraphClient,
    contracts: Iterable[Contract],
    *,
    gather_seconds: float = GATHER_SECONDS,
    clock: Clock = utc_now,
) -> Iterator[list[TypeRead]]:
    """Yield what `read_types` yields, in groups of types that were read at about the same time."""
    by_key = {contract.key: contract for contract in contracts}
    calls: dict[str, Callable[[], TypeRead]] = {
        key: partial(_read_any, client, contract, clock) for key, contract in by_key.items()
    }
    for outcomes in client.in_groups(calls, gather_seconds=gather_seconds):
        yield [_type_read(client, by_key[key], outcome) for key, outcome in outcomes]


def _type_read(client: GraphClient, contract: Contract, outcome: TypeRead | GraphError) -> TypeRead:
    if isinstance(outcome, GraphError):
        return TypeRead(contract, error=_with_permission(client, contract, outcome))
    return outcome


def _read_any(client: GraphClient, contract: Contract, clock: Clock) -> TypeRead:
    """Read a type; JSON of an unforeseen shape makes it unreadable, and is logged with its trace."""
    began_at = clock()
    try:
        return TypeRead(contract, _read_all(client, contract), began_at=began_at)
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        log.exception("answer of an unknown shape: %s", contract.key)
        raise GraphResponseUnreadable("an answer of an unknown shape") from error


def _with_permission(client: GraphClient, contract: Contract, error: GraphError) -> GraphError:
    """Return the same error with the permission to grant, unless the application has one that should be enough."""
    if isinstance(error, GraphForbidden) and contract.permissions.to_read:
        roles = granted_roles(client.sign_in())
        if not (roles or frozenset()) & set(contract.permissions.enough_to_read):
            error.name_permission(contract.permissions.to_read[0])
    return error


def read_policies(client: GraphClient, contract: Contract) -> Iterator[JsonObject]:
    """Yield the objects of one type as the list shows them: Graph's own, untouched, each once, all of them.

    The list of some types leaves properties out (`contract.full_query`, `contract.parts`).
    Raises GraphError, before the first object.
    """
    yield from _read_all(client, contract)


def _read_all(client: GraphClient, contract: Contract) -> tuple[JsonObject, ...]:
    if contract.kind is Kind.SINGLETON:
        return (_the_one(client, contract),)
    items: dict[str, JsonObject] = {}
    for collection, type_name in _collections(client, contract):
        for item in _listed(client, contract, collection):
            # An object created meanwhile moves the pages, and another may come twice.
            items[_id_of(item)] = {"@odata.type": f"#{type_name}", **item} if type_name else item
    return tuple(item for item in items.values() if contract.holds(item))


def _the_one(client: GraphClient, contract: Contract) -> JsonObject:
    """Return the singleton; where Graph gives it no id, its key serves as one."""
    return {"id": contract.key, **client.get(contract.collection, contract.query)}


def _collections(client: GraphClient, contract: Contract) -> Sequence[tuple[str, str]]:
    """Return the lists to read, each with the type of its objects where that need not stand in them."""
    if contract.is_listed_apart:
        return [
            (f"/{contract.version}{home}", f"microsoft.graph.{name}") for name, home in contract.collections.items()
        ]
    if contract.kind is not Kind.NESTED:
        return [(contract.collection, "")]
    return [(contract.below(_id_of(parent)), "") for parent in client.iterate(contract.parent_collection)]


def _listed(client: GraphClient, contract: Contract, collection: str) -> Iterable[JsonObject]:
    """Return the list: read again when it came out incomplete, with simpler queries when Graph refuses the first."""
    *hopeful, plain = _queries(contract)
    for params in hopeful:
        try:
            return _list_patiently(client, contract, collection, params)
        except (GraphRejected, GraphInternalError) as refused:
            if refused.facts.status not in (400, 500, 501):
                raise
    return _list_patiently(client, contract, collection, plain)


def _queries(contract: Contract) -> list[dict[str, str]]:
    """From the most wished for to what the list cannot be read without."""
    uncounted = {name: value for name, value in contract.wishes.items() if name != "$count"}
    wishes = [{**contract.query, **some} for some in (contract.wishes, uncounted, {})]
    return [query for n, query in enumerate(wishes) if query not in wishes[:n]]


def _list_patiently(
    client: GraphClient, contract: Contract, collection: str, params: Mapping[str, str]
) -> list[JsonObject]:
    headers = ACCEPTS_LAG if contract.counts_with_lag and "$count" in params else {}
    try:
        return list(client.iterate(collection, params, headers=headers))
    except GraphIncompleteRead:  # something may have been deleted meanwhile
        return list(client.iterate(collection, params, headers=headers))


def _id_of(item: JsonObject) -> str:
    graph_id = item.get("id")
    if not isinstance(graph_id, str) or not graph_id:
        raise GraphResponseUnreadable("an object without an id")
    return graph_id
