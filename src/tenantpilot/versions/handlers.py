"""The capture that workers run. Nobody else imports it: it reaches Graph (GUARD-F).

The chosen policies are read whole, type by type: a type of which most is wanted as a list, single policies by their
ids. An item is settled in the transaction that keeps its version, so a worker that takes over goes on behind it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import structlog
from django.db import DataError

from tenantpilot.core.connections import released
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.errors import GraphNotFound
from tenantpilot.graph.read.full import WholeRead, read_by_id, read_types_whole
from tenantpilot.inventory.ignoring import PolicyNotFound
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import ObjectUnusable
from tenantpilot.inventory.selecting import find_policies
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.versions.names import Directory
from tenantpilot.versions.operations import CaptureInputs
from tenantpilot.versions.states import Source
from tenantpilot.versions.storing import Newest, Snapshot, change_since, newest_versions, snapshot_of, take_version

log = structlog.get_logger(__name__)
Thing = TypeVar("Thing")

CHUNK = 200
FEW = 20
"""So many policies of a type cost one request; from there on its list is cheaper once it holds half of them."""
IMPOSSIBLE = (ValueError, TypeError, LookupError, OverflowError, RecursionError, AttributeError, DataError)
"""Troubles of one object. A database that is away is no such trouble, and no object's failure."""


@dataclass(frozen=True)
class Wanted:
    """A policy to capture, and its item."""

    item: Item
    policy: Policy


@dataclass(frozen=True)
class Ready:
    """A policy as it was read: a snapshot to compare and keep, or the error that stands in its way."""

    wanted: Wanted
    snapshot: Snapshot | None = None
    error: Exception | None = None
    is_new: bool = False


def capture_policies(run: RunContext[CaptureInputs]) -> None:
    """Read the chosen policies whole, and take a version of each that says anything new."""
    items = RunItems(run, find=find_policies)
    by_type = _by_type(run, items)
    if not by_type:
        return
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        _Capture(run, items, client).work(by_type)


def _by_type(run: RunContext[CaptureInputs], items: RunItems[CaptureInputs]) -> dict[str, list[Wanted]]:
    """Return the policies of the pending items; an item without one has failed."""
    by_type: dict[str, list[Wanted]] = defaultdict(list)
    for chunk in _portions(items.pending()):
        keys = [int(item.key) for item in chunk]
        policies = Policy.everywhere.of_tenant(run.tenant).filter(pk__in=keys).in_bulk()
        for item in chunk:
            if policy := policies.get(int(item.key)):
                by_type[policy.type].append(Wanted(item, policy))
            else:
                items.failed(item, PolicyNotFound())
    return by_type


class _Capture:
    """One run's capture."""

    def __init__(self, run: RunContext[CaptureInputs], items: RunItems[CaptureInputs], client: GraphClient) -> None:
        self._run, self._items, self._client = run, items, client
        self._directory = Directory(client, run.tenant)

    def work(self, by_type: Mapping[str, Sequence[Wanted]]) -> None:
        listed = [key for key in sorted(by_type) if self._is_list_cheaper(key, len(by_type[key]))]
        for type_read in released(read_types_whole(self._client, [registry.get(key) for key in listed])):
            self._run.safe_point()
            wanted = by_type[type_read.contract.key]
            if type_read.error is not None:
                self._fail_all(wanted, type_read.error)
                continue
            self._take_listed(type_read.contract, wanted, type_read.reads)
        for key in sorted(by_type.keys() - set(listed)):
            self._take_by_id(registry.get(key), by_type[key])

    def _is_list_cheaper(self, key: str, count: int) -> bool:
        if registry.get(key).kind is Kind.SINGLETON:
            return True
        present = Policy.everywhere.of_tenant(self._run.tenant).of_type(key).present().count()
        return count > FEW and 2 * count >= present

    def _fail_all(self, wanted: Iterable[Wanted], error: Exception) -> None:
        for one in wanted:
            self._items.failed(one.item, error)

    def _take_listed(self, contract: Contract, wanted: Sequence[Wanted], reads: Iterable[WholeRead]) -> None:
        """What the list does not show is asked for by its id before it counts as missing."""
        by_id = {read.graph_id: read for read in reads}
        for chunk in _portions(one for one in wanted if one.policy.graph_id in by_id):
            self._settle(contract, chunk, [by_id[one.policy.graph_id] for one in chunk])
        self._take_by_id(contract, [one for one in wanted if one.policy.graph_id not in by_id])

    def _take_by_id(self, contract: Contract, wanted: Iterable[Wanted]) -> None:
        for chunk in _portions(wanted):
            reads = list(read_by_id(self._client, contract, [_known(one.policy) for one in chunk]))
            self._settle(contract, chunk, reads)

    def _settle(self, contract: Contract, wanted: Sequence[Wanted], reads: Sequence[WholeRead]) -> None:
        """Compare all, ask once for the names that new versions need, and keep them one by one."""
        newest = newest_versions(one.policy.pk for one in wanted)
        ready = [
            self._ready(contract, one, read, newest.get(one.policy.pk)) for one, read in zip(wanted, reads, strict=True)
        ]
        self._directory.learn(
            reference for one in ready if one.snapshot and one.is_new for reference in one.snapshot.references
        )
        for one in ready:
            self._items.attempt(one.wanted.item, self._work(one))

    def _ready(self, contract: Contract, wanted: Wanted, read: WholeRead, newest: Newest | None) -> Ready:
        if read.payload is None:
            return Ready(wanted, error=read.error)
        try:
            snapshot = snapshot_of(contract, read.payload, read_at=self._run.now)
            return Ready(wanted, snapshot, is_new=change_since(wanted.policy, newest, snapshot) is not None)
        except IMPOSSIBLE:
            log.exception("policy_not_understood", policy=wanted.policy.pk)
            return Ready(wanted, error=ObjectUnusable())

    def _work(self, ready: Ready) -> Callable[[RunContext[CaptureInputs], Item], ItemState | ItemResult]:
        def work(run: RunContext[CaptureInputs], _item: Item) -> ItemState | ItemResult:
            if isinstance(ready.error, GraphNotFound):
                run.count("missing")
                return skipped("policy_missing")
            if ready.error is not None:
                raise ready.error
            return self._kept(ready)

        return work

    def _kept(self, ready: Ready) -> ItemState:
        """Raises ObjectUnusable for what no database holds."""
        if ready.snapshot is None or not ready.is_new:
            return ItemState.UNCHANGED
        names = self._directory.names_of(ready.snapshot.references)
        try:
            version = take_version(
                ready.wanted.policy, ready.snapshot, names, source=Source.CAPTURE, run_id=self._run.run_id
            )
        except IMPOSSIBLE as error:
            log.exception("version_not_kept", policy=ready.wanted.policy.pk)
            raise ObjectUnusable from error
        if version is None:
            return ItemState.UNCHANGED
        self._run.count("versions")
        return ItemState.SUCCEEDED


def _known(policy: Policy) -> JsonObject:
    """Return what reading by id needs to know of a policy."""
    odata_type = policy.properties.get("@odata.type")
    return {"id": policy.graph_id} | ({"@odata.type": odata_type} if odata_type else {})


def _portions(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    waiting = iter(things)
    while portion := list(islice(waiting, CHUNK)):
        yield portion
