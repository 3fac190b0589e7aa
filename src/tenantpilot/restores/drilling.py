"""The restore drill that workers run: the checks and the comparison of a restore, of which nothing is written.

A policy is restorable if it could be written over what the tenant has now, and could be created if that were gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.widest import widest_first
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Kind
from tenantpilot.operations.items.models import ItemState as RunItemState
from tenantpilot.operations.items.models import RunItem
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.run_context import OperationFailed, RunContext
from tenantpilot.restores.audit_actions import RESTORE_DRILLED
from tenantpilot.restores.checking import gone_definitions
from tenantpilot.restores.deciding import ReferenceFacts, decide_in_memory
from tenantpilot.restores.matching import Finding
from tenantpilot.restores.models import DrillFinding, RestoreDrill, RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.operations import DrillInputs
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.ordering import Subject
from tenantpilot.restores.planning import has_masks
from tenantpilot.restores.previewing import Preview
from tenantpilot.restores.references import Key
from tenantpilot.restores.sampling import sample_of
from tenantpilot.restores.states import Action, Match
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion

KEPT = 53
"""The number of drills that are kept: a year of weeks."""


class NotRestorable(ReasonedError):
    """The policy could not be restored; the reason code says why."""


def drill_restore(run: RunContext[DrillInputs]) -> None:
    """Check a sample of the last good backup set. Raises OperationFailed."""
    items = RunItems(run, find=_begin)
    drill = RestoreDrill.everywhere.of_tenant(run.tenant).select_related("backup_set__chain").get(run=run.run_id)
    pending = list(items.pending())
    verdicts = _verdicts(run, drill, pending)
    for item in pending:
        items.attempt(item, lambda _run, entry: _settled(verdicts[int(entry.key)]))
    _finish(run, drill)


def _begin(run: RunContext[DrillInputs]) -> list[Item]:
    """Choose the set and the sample; a worker that takes over goes on with the same."""
    backup_set = _last_good(run)
    seed = run.inputs.seed or "{}-W{:02}".format(*run.now.isocalendar()[:2])
    rows = list(versions_of_set(backup_set).values_list("pk", "policy__type", "policy__name"))
    chosen = set(sample_of(((pk, policy_type) for pk, policy_type, _name in rows), run.inputs.sample, seed))
    RestoreDrill.everywhere.create(
        workspace_id=run.tenant.workspace_id,
        tenant=run.tenant,
        run_id=run.run_id,
        backup_set=backup_set,
        set_name=backup_set.chain.name,
        set_made_at=backup_set.created_at,
        seed=seed,
        set_items=len(rows),
    )
    return [Item(str(pk), ObjectName(name)) for pk, _kind, name in sorted(rows) if pk in chosen]


def _last_good(run: RunContext[DrillInputs]) -> BackupSet:
    good = BackupSet.everywhere.of_tenant(run.tenant).kept().good().select_related("chain")
    backup_set = widest_first(good, now=run.now).first()
    if backup_set is None:
        raise OperationFailed("no_good_set")
    return backup_set


def _verdicts(run: RunContext[DrillInputs], drill: RestoreDrill, pending: Sequence[Item]) -> dict[int, Subject]:
    """Return each policy with its plan. Nothing is open in the database while Graph is asked."""
    if not pending:
        return {}
    keys = [int(item.key) for item in pending]
    versions = PolicyVersion.everywhere.filter(pk__in=keys).select_related("payload", "policy").order_by("pk")
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        subjects = _Drill(run, drill.backup_set, list(versions), client).planned()
    return {subject.item.pk: subject for subject in subjects}


def _settled(subject: Subject) -> RunItemState:
    """Return unchanged for what the tenant has as the backup has it. Raises ReasonedError."""
    if subject.error is not None:
        raise subject.error
    if subject.plan.blockers:
        blocker = subject.plan.blockers[0]
        raise NotRestorable(
            reason_code=blocker.code, params={"permission": blocker.permission} if blocker.permission else None
        )
    return RunItemState.UNCHANGED if subject.plan.action is Action.NONE else RunItemState.SUCCEEDED


def _finish(run: RunContext[DrillInputs], drill: RestoreDrill) -> None:
    """Write the report from the settled items, and forget the oldest ones."""
    rows = RunItem.objects.of_run(run.run_id)
    failed = dict(rows.failed().values_list("key", "reason_code"))
    policies = dict(PolicyVersion.everywhere.filter(pk__in=[int(key) for key in failed]).values_list("pk", "policy"))
    figures = {
        "checked": rows.count(),
        "restorable": rows.count() - len(failed),
        "unchanged": rows.filter(state=RunItemState.UNCHANGED).count(),
    }
    run.safe_point()
    with transaction.atomic():
        DrillFinding.everywhere.bulk_create(
            DrillFinding(
                workspace_id=drill.workspace_id,
                tenant_id=drill.tenant_id,
                drill=drill,
                policy_id=policies[int(key)],
                reason_code=code,
            )
            for key, code in failed.items()
        )
        RestoreDrill.everywhere.filter(pk=drill.pk).update(finished_at=run.now, **figures)
        _forget_old(run.tenant, drill)
        audit.record(
            RESTORE_DRILLED,
            workspace_id=drill.workspace_id,
            tenant_id=drill.tenant_id,
            actor=run.initiator,
            target_type="restore_drill",
            target_id=drill.pk,
            after={**figures, "seed": drill.seed},
            at=run.now,
        )


def _forget_old(tenant: Tenant, newest: RestoreDrill) -> None:
    """Delete drills that never ended, and those beyond the newest of a year."""
    earlier_drills = RestoreDrill.everywhere.of_tenant(tenant).exclude(pk=newest.pk)
    recent_ids = list(earlier_drills.finished().newest_first().values_list("pk", flat=True)[: KEPT - 1])
    earlier_drills.exclude(pk__in=recent_ids).delete()


class _Drill(Preview):
    """A preview of a restore that nobody has prepared: its items and decisions are kept in memory alone."""

    def __init__(
        self,
        run: RunContext[Any],
        backup_set: BackupSet | None,
        versions: Iterable[PolicyVersion],
        client: GraphClient,
    ) -> None:
        restore = RestoreRun(
            workspace_id=run.tenant.workspace_id,
            tenant=run.tenant,
            source_tenant=run.tenant,
            options=RestoreOptions().to_json(),
        )
        super().__init__(run, restore, client)
        self._items = [_item_of(restore, version) for version in versions]
        self._members = _members_of(backup_set)

    def planned(self) -> list[Subject]:
        """Return every policy with what stands in its way, today or if the object were gone."""
        subjects = super().planned()
        self._check_masks_and_permissions(subjects)
        self._check_creation(subjects)
        return subjects

    def _subjects(self) -> list[Subject]:
        return [self._subject(item) for item in self._items]

    def _counted(self, subject: Subject) -> JsonObject:
        """Return the whole source: if the object were gone, its assignments would be written too."""
        return subject.source

    def _selected(self, subjects: Sequence[Subject]) -> dict[Key, str]:
        """Return the policies of the whole set: in a disaster they are restored along with what refers to them."""
        return {**self._members, **super()._selected(subjects)}

    def _decided(self, uses: Sequence[Key], facts: ReferenceFacts) -> dict[Key, RestoreMapping]:
        self._mappings = decide_in_memory(self._restore, uses, facts)
        return self._mappings

    def _check_masks_and_permissions(self, subjects: Sequence[Subject]) -> None:
        """Block also what equals the tenant now: a day may come on which it has to be written."""
        for subject in subjects:
            if subject.error is not None or subject.plan.blockers:
                continue
            if has_masks(subject.contract, subject.plan.payload):
                subject.block("secret_masked")
            elif permission := self._missing_permission(subject.contract):
                subject.block("permission_missing", permission=permission)

    def _check_creation(self, subjects: Sequence[Subject]) -> None:
        """Block what the tenant has, and could not be created again. What Microsoft delivers is never created."""
        present_subjects = [
            subject
            for subject in subjects
            if subject.error is None and not subject.plan.blockers and subject.live is not None
        ]
        anew = [(subject, self._if_it_were_gone(subject)) for subject in present_subjects if _can_be_created(subject)]
        for subject, created in anew:
            if created.plan.blockers and created.plan.blockers[0].code != "delivered_missing":
                subject.plan = created.plan
        creatable = [(subject, created) for subject, created in anew if not created.plan.blockers]
        writes = [(created.contract, created.plan.payload, None) for _subject, created in creatable]
        for number in gone_definitions(self._client, writes):
            creatable[number][0].block("definition_gone")

    def _if_it_were_gone(self, subject: Subject) -> Subject:
        created = Subject(subject.item, subject.contract, subject.source, finding=Finding(Match.ABSENT))
        created.to_write = self._to_write(created)
        self._plan(created, self._mappings)
        return created


def _can_be_created(subject: Subject) -> bool:
    contract = subject.contract
    return (
        contract.kind is not Kind.SINGLETON
        and contract.create is not None
        and not contract.is_delivered(subject.source)
    )


def _item_of(restore: RestoreRun, version: PolicyVersion) -> RestoreItem:
    """Return an item that is never saved. Its key is that of the version."""
    return RestoreItem(
        pk=version.pk,
        workspace_id=restore.workspace_id,
        tenant=restore.tenant,
        type=version.policy.type,
        name=version.policy.name,
        source_id=version.policy.graph_id,
        payload=version.payload,
        version=version,
        names=version.names,
    )


def _members_of(backup_set: BackupSet | None) -> Mapping[Key, str]:
    """Return the policies of the set as references name them; each stands for itself."""
    if backup_set is None:
        return {}
    rows = versions_of_set(backup_set).values_list("policy__type", "policy__graph_id")
    return {(policy_type, graph_id.lower()): graph_id for policy_type, graph_id in rows}
