"""Backing up one policy type after another into a set. Workers alone import it: it reaches Graph (GUARD-F)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from tenantpilot.backups import gaps
from tenantpilot.backups.gaps import Gap
from tenantpilot.backups.membership import Membership
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.states import GapKind
from tenantpilot.core.connections import released
from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import ObjectName, failure
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.errors import GraphNotFound
from tenantpilot.graph.read.full import FullRead, TypeRead, read_types_whole
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import ObjectUnusable, ObservedType, is_usable, observe_all
from tenantpilot.inventory.recording import Reading, record_failure, record_types
from tenantpilot.inventory.vanishing import TypeVanished, is_everyday, suspicious_types
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.run_context import RunContext
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.reading import Portion, portions
from tenantpilot.versions.states import Source
from tenantpilot.versions.taking import Prepared, Taker


@dataclass
class TypeResult:
    """The result of a type: its versions by policy, its gaps, and the first error."""

    held: dict[int, PolicyVersion] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    error: BaseException | None = None
    failed_name: str = ""

    def fail(self, gap: Gap, error: BaseException) -> None:
        self.gaps.append(gap)
        if self.error is None:
            self.error, self.failed_name = error, gap.name


class TypeBackup:
    """A run's backup. Each type ends in one transaction with its item; its versions are kept before, in portions."""

    def __init__(self, run: RunContext, backup_set: BackupSet, items: RunItems[Any], client: GraphClient) -> None:
        self._run, self._set, self._items, self._client = run, backup_set, items, client
        self._item_of: dict[str, Item] = {item.key: item for item in items.pending()}
        self._taker = Taker(client, run.tenant, source=Source.BACKUP, run_id=run.run_id)
        self._members = Membership(backup_set.chain, backup_set.seq)

    @property
    def pending(self) -> list[str]:
        """Return the types that are not ended."""
        return list(self._item_of)

    def back_up_whole(self, type_read: TypeRead) -> None:
        """Back up all policies of a type that are in care, and tell the inventory what there is."""
        self._run.safe_point()
        type_read, error = self._looked_at_again(type_read)
        contract, result = type_read.contract, TypeResult()
        if error is not None:
            self._fail_type(contract.key, error)
            return
        policies = self._recorded(type_read, result)
        members = self._members.of_type(contract.key)
        in_care = [policy_read for policy_read in type_read.reads if self._is_in_care(policy_read, policies)]
        for chunk in portions(in_care):
            self._take(contract, [policies[policy_read.graph_id] for policy_read in chunk], chunk, result, members)
        read_ids = {policy_read.graph_id for policy_read in type_read.reads}
        held_policy_ids = set(members)
        for policy in policies.values():
            if policy.pk in held_policy_ids and policy.graph_id not in read_ids and policy.ignored_at is None:
                result.gaps.append(gaps.of_missing(policy))
        self._end_type(contract.key, result, members)

    def back_up_chosen(self, key: str, read_portions: Iterable[Portion]) -> None:
        """Back up chosen policies of a type."""
        result, members = TypeResult(), self._members.of_type(key)
        for portion in read_portions:
            self._run.safe_point()
            if portion.error is not None:
                self._fail_type(key, portion.error)
                return
            self._take(portion.contract, portion.policies, portion.reads, result, members)
        self._end_type(key, result, members)

    def end_empty(self) -> None:
        """End the types of which nothing is left to be read."""
        for key in self.pending:
            self._end_type(key, TypeResult(), self._members.of_type(key))

    def _looked_at_again(self, type_read: TypeRead) -> tuple[TypeRead, BaseException | None]:
        """Read a second time what came out empty all at once; many objects are not gone before a person hears of it.

        The type fails then as it does in a sync, and whoever reads it next believes what it reads.
        """
        contract, count = type_read.contract, 0
        if type_read.error is None and not type_read.reads:
            count = suspicious_types(self._run.tenant, [contract.key]).get(contract.key, 0)
        if not count:
            return type_read, type_read.error
        (again,) = released(read_types_whole(self._client, [contract], clock=lambda: self._run.now))
        self._run.safe_point()
        is_gone = again.error is None and not again.reads
        return again, TypeVanished(count) if is_gone and not is_everyday(count) else again.error

    def _is_in_care(self, policy_read: FullRead, policies: Mapping[str, Policy]) -> bool:
        policy = policies.get(policy_read.graph_id)
        return policy is not None and policy.ignored_at is None

    def _recorded(self, type_read: TypeRead, result: TypeResult) -> dict[str, Policy]:
        """Return the policies of the type by Graph's id, with what is new; what has no policy becomes a gap."""
        contract, reads = type_read.contract, type_read.reads
        observed = observe_all(
            contract, [policy_read.payload for policy_read in reads if policy_read.payload is not None]
        )
        unread = {policy_read.graph_id: policy_read.error for policy_read in reads if policy_read.payload is None}
        unusable = {*unread, *(broken.graph_id for broken in observed.broken)}
        key, tenant = contract.key, self._run.tenant
        with transaction.atomic():
            reading = Reading(observed.observations, type_read.began_at or self._run.now, unusable)
            record_types(tenant, {key: reading}, run_id=self._run.run_id, now=self._run.now)
        policies = {policy.graph_id: policy for policy in Policy.everywhere.of_tenant(tenant).of_type(key)}
        self._note_unknown(key, observed, unread, policies, result)
        return policies

    def _note_unknown(
        self,
        key: str,
        observed: ObservedType,
        unread: Mapping[str, BaseException | None],
        policies: Mapping[str, Policy],
        result: TypeResult,
    ) -> None:
        broken = {broken_item.graph_id: (broken_item.name, broken_item.error) for broken_item in observed.broken}
        for graph_id, error in unread.items():
            if not isinstance(error, GraphNotFound):
                broken.setdefault(graph_id, (graph_id, error))  # type: ignore[arg-type]
        for number, (graph_id, (name, cause)) in enumerate(broken.items(), start=1):
            if graph_id not in policies:
                usable = graph_id if is_usable(graph_id) else f"unusable {number}"
                label = name if name != graph_id else usable
                reason = failure(cause or ObjectUnusable())
                result.fail(Gap(GapKind.FAILED, key, reason, usable, label), cause or ObjectUnusable())

    def _take(
        self,
        contract: Contract,
        policies: Sequence[Policy],
        reads: Sequence[FullRead],
        result: TypeResult,
        members: Mapping[int, BackupMember],
    ) -> None:
        prepared = self._taker.prepare(contract, policies, reads, read_at=self._run.now)
        with transaction.atomic():
            held = [version for preparation in prepared if (version := self._version(preparation, result)) is not None]
            self._members.hold(held, members)
        result.held |= {version.policy_id: version for version in held}

    def _version(self, prepared: Prepared, result: TypeResult) -> PolicyVersion | None:
        if isinstance(prepared.error, GraphNotFound):
            result.gaps.append(gaps.of_missing(prepared.policy))
            return None
        try:
            return self._in_savepoint(prepared)
        except Exception as error:
            if is_outage(error):
                raise
            result.fail(gaps.of_policy(prepared.policy, error), error)
            return None

    def _in_savepoint(self, prepared: Prepared) -> PolicyVersion:
        if not prepared.is_new:
            return self._taker.take(prepared).version
        with transaction.atomic():
            return self._taker.take(prepared).version

    def _fail_type(self, key: str, error: BaseException) -> None:
        record_failure(self._run.tenant, key, failure(error).code, now=self._run.now)
        result = TypeResult()
        result.fail(gaps.of_type(key, error), error)
        self._end_type(key, result, self._members.of_type(key))

    def _end_type(self, key: str, result: TypeResult, members: Mapping[int, BackupMember]) -> None:
        item = self._item_of.pop(key)
        with transaction.atomic():
            self._members.drop(row for policy, row in members.items() if policy not in result.held)
            gaps.replace_gaps(self._set, key, result.gaps)
            self._count(result)
            self._settle(item, result)
        self._items.report()

    def _settle(self, item: Item, result: TypeResult) -> None:
        if result.error is None:
            self._items.settled(item)
            return
        name = f"{item.label}: {result.failed_name}" if result.failed_name else item.label
        self._items.note_failure(item, result.error, name=ObjectName(name))

    def _count(self, result: TypeResult) -> None:
        new = sum(version.run_id == self._run.run_id for version in result.held.values())
        missing = sum(gap.kind is GapKind.MISSING for gap in result.gaps)
        counts = {"policies": len(result.held), "versions": new, "unchanged": len(result.held) - new}
        for name, number in (counts | {"missing": missing}).items():
            if number:
                self._run.count(name, number)
