"""Trashing, taking back and deleting many sets: what workers run."""

from collections.abc import Callable

from tenantpilot.backups import keeping
from tenantpilot.backups.asking import SetsInputs
from tenantpilot.backups.models import BackupSet
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.run_context import RunContext

Run = RunContext[SetsInputs]


def trash_sets(run: Run) -> None:
    """Move the sets to the trash; what must stay is skipped, with the reason."""
    work_through(run, find=_find, work=_each(_trash))


def take_sets_back(run: Run) -> None:
    """Take the sets out of the trash."""
    work_through(run, find=_find, work=_each(_take_back))


def delete_sets(run: Run) -> None:
    """Delete trashed sets for good."""
    work_through(run, find=_find, work=_each(_delete))


def _find(run: Run) -> list[Item]:
    sets = BackupSet.everywhere.of_tenant(run.tenant).select_related("chain").in_bulk(list(run.inputs.sets))
    return [Item(str(key), ObjectName(_name(sets.get(key), key))) for key in run.inputs.sets]


def _name(backup_set: BackupSet | None, key: int) -> str:
    if backup_set is None:
        return f"Set {key}"
    return f"{backup_set.chain.name} {backup_set.created_at:%Y-%m-%d %H:%M}"


def _each(verb: Callable[[Run, BackupSet], ItemState | ItemResult]) -> Callable[[Run, Item], ItemState | ItemResult]:
    def work(run: Run, item: Item) -> ItemState | ItemResult:
        backup_set = BackupSet.everywhere.of_tenant(run.tenant).filter(pk=int(item.key)).first()
        if backup_set is None:
            return skipped("set_not_found")
        try:
            return verb(run, backup_set)
        except keeping.CannotKeep as refused:
            return skipped(refused.reason_code)

    return work


def _trash(run: Run, backup_set: BackupSet) -> ItemState:
    if not keeping.trash(backup_set, actor=run.initiator, now=run.now):
        return ItemState.UNCHANGED
    run.count("updated")
    return ItemState.SUCCEEDED


def _take_back(run: Run, backup_set: BackupSet) -> ItemState | ItemResult:
    if not keeping.take_back(backup_set, actor=run.initiator, now=run.now):
        return skipped("not_in_trash")
    run.count("updated")
    return ItemState.SUCCEEDED


def _delete(run: Run, backup_set: BackupSet) -> ItemState:
    keeping.delete(backup_set, actor=run.initiator, now=run.now)
    run.count("deleted")
    return ItemState.SUCCEEDED
