"""Adding policies to a set made by hand, and removing some. Workers alone import it: it reaches Graph (GUARD-F).

What is added or removed belongs to the next revision of the set; nobody sees it until the revision is written, at the
end of the run. A run that stops in between writes the revision with what it has done. One run at a time revises a set:
the first one that freezes its items, under the lock of the set, goes on, and the others are refused.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.backups import building
from tenantpilot.backups.audit_actions import BACKUP_SET_REVISED
from tenantpilot.backups.membership import Membership
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.requests import RevisionInputs
from tenantpilot.backups.services import active_revisions
from tenantpilot.backups.states import ChainKind
from tenantpilot.core.outages import is_outage
from tenantpilot.graph.errors import GraphNotFound
from tenantpilot.inventory.ignoring import PolicyNotFound
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import find_policies
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped
from tenantpilot.operations.run_context import DatabaseLost, LeaseLost, OperationFailed, RunContext, WorkerLeaves
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.versions.actors import fill_actors
from tenantpilot.versions.reading import portions, read_chosen
from tenantpilot.versions.states import Source
from tenantpilot.versions.taking import Prepared, Taker

Revision = RunContext[RevisionInputs]
ANOTHER_GOES_ON = (WorkerLeaves, LeaseLost, DatabaseLost)


def add_policies(run: Revision) -> None:
    """Read the chosen policies, and let the set hold them as they are now."""
    items = RunItems(run, find=_find_alone)
    with _revision(run, _manual_set(run)) as members:
        by_type, item_of = _by_type(run, items)
        if not by_type:
            return
        with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
            client.sign_in()
            taker = Taker(client, run.tenant, source=Source.BACKUP, run_id=run.run_id)
            for portion in read_chosen(client, run.tenant, by_type):
                run.safe_point()
                if portion.error is not None:
                    for policy in portion.policies:
                        items.failed(item_of[policy.pk], portion.error)
                    continue
                for prepared in taker.prepare(portion.contract, portion.policies, portion.reads, read_at=run.now):
                    items.attempt(item_of[prepared.policy.pk], _adding(taker, prepared, members))
            fill_actors(client, run.tenant, now=run.now)


def remove_policies(run: Revision) -> None:
    """Let the set hold the chosen policies no more. Their versions stay."""
    items = RunItems(run, find=_find_alone)
    with _revision(run, _manual_set(run)) as members:
        for item in items.pending():
            items.attempt(item, _removing(members))


def _find_alone(run: Revision) -> Iterable[Item]:
    """Return the items, in the transaction that freezes them. Raises OperationFailed while another run revises the set.

    Read the set again behind it: another run may have revised it until the items were frozen.
    """
    BackupSet.everywhere.select_for_update(of=("self",), no_key=True).filter(pk=run.inputs.backup_set).first()
    _manual_set(run)
    other_runs = active_revisions(run.tenant, run.inputs.backup_set).exclude(pk=run.run_id)
    if RunItem.objects.filter(run__in=other_runs).exists():
        raise OperationFailed("set_busy")
    return find_policies(run)


def _manual_set(run: Revision) -> BackupSet:
    """Raises OperationFailed for a set that is gone, in the trash, of a schedule, or still being built."""
    sets = BackupSet.everywhere.of_tenant(run.tenant).kept().select_related("chain")
    backup_set = sets.filter(pk=run.inputs.backup_set, chain__kind=ChainKind.MANUAL).first()
    if backup_set is None or not backup_set.has_content:
        raise OperationFailed("set_not_found")
    return backup_set


@contextmanager
def _revision(run: Revision, backup_set: BackupSet) -> Iterator[Membership]:
    """Write the revision at the end, also of a run that was stopped; where another worker goes on, it writes it."""
    members = Membership(backup_set.chain, backup_set.seq + 1)
    try:
        yield members
    except ANOTHER_GOES_ON:
        raise
    except BaseException as error:
        if not is_outage(error) and not run.lost:
            _write(run, backup_set)
        raise
    _write(run, backup_set)


def _write(run: Revision, backup_set: BackupSet) -> None:
    """Write the revision if it holds anything else than the one before. The worker before may have written it."""
    before = {"policies": backup_set.items, "digest": backup_set.digest}
    with transaction.atomic():
        if not Membership(backup_set.chain, backup_set.seq + 1).has_changes():
            return
        # A worker that lost its run writes no revision of what another one has begun.
        run.checkpoint(ItemsCheckpoint(RunItem.objects.of_run(run.run_id).count()))
        try:
            building.revise(backup_set, run_id=run.run_id)
        except building.SetChanged as changed:
            raise OperationFailed("set_busy") from changed
        backup_set.refresh_from_db()
        audit.record(
            BACKUP_SET_REVISED,
            workspace_id=backup_set.workspace_id,
            tenant_id=backup_set.tenant_id,
            actor=run.initiator,
            target_type="backup_set",
            target_id=backup_set.pk,
            before=before,
            after={"policies": backup_set.items, "digest": backup_set.digest},
            at=run.now,
        )


def _by_type(run: Revision, items: RunItems[RevisionInputs]) -> tuple[dict[str, list[Policy]], dict[int, Item]]:
    by_type: dict[str, list[Policy]] = defaultdict(list)
    item_of: dict[int, Item] = {}
    for chunk in portions(items.pending()):
        policies = Policy.everywhere.of_tenant(run.tenant).in_bulk([int(item.key) for item in chunk])
        for item in chunk:
            if policy := policies.get(int(item.key)):
                by_type[policy.type].append(policy)
                item_of[policy.pk] = item
            else:
                items.failed(item, PolicyNotFound())
    return by_type, item_of


Work = Callable[[Revision, Item], ItemState | ItemResult]


def _adding(taker: Taker, prepared: Prepared, members: Membership) -> Work:
    def work(run: Revision, _item: Item) -> ItemState | ItemResult:
        if isinstance(prepared.error, GraphNotFound):
            run.count("missing")
            return skipped("policy_missing")
        outcome = taker.take(prepared)
        member = _member_of(members, prepared.policy.pk)
        if member is not None and member.version_id == outcome.version.pk:
            return skipped("already_in_set")
        members.hold([outcome.version], {member.policy_id: member} if member else {})
        if outcome.is_new:
            run.count("versions")
        return ItemState.SUCCEEDED

    return work


def _removing(members: Membership) -> Work:
    def work(_run: Revision, item: Item) -> ItemState | ItemResult:
        member = _member_of(members, int(item.key))
        if member is None:
            return skipped("not_in_set")
        members.drop([member])
        return ItemState.SUCCEEDED

    return work


def _member_of(members: Membership, policy_id: int) -> BackupMember | None:
    return members.open_members().filter(policy=policy_id).first()
