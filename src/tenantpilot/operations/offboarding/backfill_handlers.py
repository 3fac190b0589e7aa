"""The mending of workspace ids by workers: table by table, in chunks; a table that refuses costs only itself."""

from django.db import transaction

from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.offboarding.backfilling import tables_of_tenants, wrong_rows
from tenantpilot.operations.offboarding.tables import Owned
from tenantpilot.operations.run_context import RunContext

CHUNK = 500


def backfill_workspace_ids(run: RunContext) -> None:
    """Write into each row the workspace of its tenant. A worker that takes over goes on with the rows that are left."""
    items = RunItems(run, find=_find)
    total = RunItem.objects.of_run(run.run_id).count()
    tables = {table._meta.db_table: table for table in tables_of_tenants()}
    for item in items.pending():
        try:
            while _mend(run, tables[item.key], total):
                run.safe_point()
        except Exception as error:
            items.failed(item, error)
        else:
            items.attempt(item, lambda _run, _item: ItemState.SUCCEEDED)


def _find(run: RunContext) -> list[Item]:
    wrong = [table for table in tables_of_tenants() if wrong_rows(table, run.workspace).exists()]
    return [Item(table._meta.db_table, ObjectName(table._meta.db_table)) for table in wrong]


def _mend(run: RunContext, table: Owned, total: int) -> int:
    """Mend up to 500 rows in one transaction with the checkpoint that counts them; return how many."""
    with transaction.atomic():
        keys = list(wrong_rows(table, run.workspace).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not keys:
            return 0
        rows = table.everywhere.filter(pk__in=keys)  # type: ignore[attr-defined]
        number = int(rows.update(workspace=run.workspace))
        run.count("updated", number)
        run.checkpoint(ItemsCheckpoint(total))
    return number
