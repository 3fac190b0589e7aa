"""The retention that workers run: what no rule keeps goes to the trash, and from there away for good."""

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.backups import keeping
from tenantpilot.backups.audit_actions import BACKUP_RETENTION_APPLIED
from tenantpilot.backups.models import BackupChain, BackupSet
from tenantpilot.backups.orphans import drop_orphans
from tenantpilot.backups.requests import RetentionInputs
from tenantpilot.backups.retaining.models import BackupRetention
from tenantpilot.backups.retaining.services import decisions, retention_of, rule_in_force, trashed_for_long
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.run_context import OperationFailed, RunContext

Run = RunContext[RetentionInputs]
TRASHING, DELETING = "trash", "delete"


def apply_retention(run: Run) -> None:
    """Do what the preview shows, set by set; what must stay is skipped, with the reason."""
    chain = _chain(run) if run.inputs.chain else None
    work_through(run, find=_find, work=_work)
    with transaction.atomic():
        if chain is not None:
            BackupRetention.everywhere.filter(pk=retention_of(chain).pk).update(applied_at=run.now)
            drop_orphans(chain)
        audit.record(
            BACKUP_RETENTION_APPLIED,
            workspace_id=run.workspace.pk,
            tenant_id=run.tenant.pk,
            actor=run.initiator,
            target_type="backup_chain" if chain else "tenant",
            target_id=(chain or run.tenant).pk,
            after={name: run.counts().get(name, 0) for name in ("updated", "deleted", "skipped")},
            at=run.now,
        )


def _chain(run: Run) -> BackupChain:
    chains = BackupChain.everywhere.filter(tenant=run.tenant).select_related("schedule")
    chain: BackupChain | None = chains.filter(pk=run.inputs.chain).first()
    if chain is None:
        raise OperationFailed("set_not_found")
    return chain


def _find(run: Run) -> list[Item]:
    """Return the sets of the chain that no reason keeps, and those of its trash whose time is over."""
    old = trashed_for_long(run.tenant.pk, now=run.now).select_related("chain").order_by("pk")
    if not run.inputs.chain:
        return [_item(DELETING, backup_set) for backup_set in old]
    chain = _chain(run)
    rule = rule_in_force(BackupRetention.everywhere.filter(chain=chain).first(), now=run.now)
    going = [decision.backup_set for decision in decisions(chain, rule, now=run.now) if not decision.reasons]
    return [
        *(_item(TRASHING, backup_set) for backup_set in going),
        *(_item(DELETING, backup_set) for backup_set in old.filter(chain=chain)),
    ]


def _item(verb: str, backup_set: BackupSet) -> Item:
    name = f"{backup_set.chain.name} {backup_set.created_at:%Y-%m-%d %H:%M}"
    return Item(f"{verb}:{backup_set.pk}", ObjectName(name))


def _work(run: Run, item: Item) -> ItemState | ItemResult:
    verb, _colon, key = item.key.partition(":")
    backup_set = BackupSet.everywhere.of_tenant(run.tenant).filter(pk=int(key)).first()
    if backup_set is None:
        return skipped("set_not_found")
    try:
        return _trash(run, backup_set) if verb == TRASHING else _delete(run, backup_set)
    except keeping.SetRefused as refused:
        return skipped(refused.reason_code)


def _trash(run: Run, backup_set: BackupSet) -> ItemState:
    if not keeping.trash(backup_set, actor=None, now=run.now):
        return ItemState.UNCHANGED
    run.count("updated")
    return ItemState.SUCCEEDED


def _delete(run: Run, backup_set: BackupSet) -> ItemState:
    keeping.delete(backup_set, actor=None, now=run.now)
    run.count("deleted")
    return ItemState.SUCCEEDED
