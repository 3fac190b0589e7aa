"""Trashing, taking back and deleting the records of many restores: what workers run."""

from collections.abc import Callable

from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.run_context import RunContext
from tenantpilot.restores import keeping
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.operations import RecordsInputs

Run = RunContext[RecordsInputs]


def trash_records(run: Run) -> None:
    """Move the records to the trash; that of a restore which has not ended is skipped, with the reason."""
    work_through(run, find=_find, work=_each(_trash))


def take_records_back(run: Run) -> None:
    """Take the records out of the trash."""
    work_through(run, find=_find, work=_each(_take_back))


def delete_records(run: Run) -> None:
    """Delete trashed records for good."""
    work_through(run, find=_find, work=_each(_delete))


def _find(run: Run) -> list[Item]:
    sources = dict(
        RestoreRun.everywhere.of_tenant(run.tenant).filter(pk__in=run.inputs.restores).values_list("pk", "source")
    )
    return [Item(str(key), ObjectName(sources.get(key, f"Restore {key}"))) for key in run.inputs.restores]


def _each(verb: Callable[[Run, RestoreRun], ItemState | ItemResult]) -> Callable[[Run, Item], ItemState | ItemResult]:
    def work(run: Run, item: Item) -> ItemState | ItemResult:
        restore = RestoreRun.everywhere.of_tenant(run.tenant).filter(pk=int(item.key)).first()
        if restore is None:
            return skipped("restore_gone")
        try:
            return verb(run, restore)
        except keeping.CannotRemove as refused:
            return skipped(refused.reason_code)

    return work


def _trash(run: Run, restore: RestoreRun) -> ItemState:
    if not keeping.trash(restore, actor=run.initiator, now=run.now):
        return ItemState.UNCHANGED
    run.count("updated")
    return ItemState.SUCCEEDED


def _take_back(run: Run, restore: RestoreRun) -> ItemState | ItemResult:
    if not keeping.take_back(restore, actor=run.initiator, now=run.now):
        return skipped("not_in_trash")
    run.count("updated")
    return ItemState.SUCCEEDED


def _delete(run: Run, restore: RestoreRun) -> ItemState:
    keeping.delete(restore, actor=run.initiator, now=run.now)
    run.count("deleted")
    return ItemState.SUCCEEDED
