"""The look at approvals that workers take: it reads their status, and writes nothing to the tenant."""

from datetime import datetime

from django.db import transaction

from tenantpilot.core.connections import release_connection
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError, GraphStopped
from tenantpilot.graph.read.approvals import approval_status
from tenantpilot.operations.items.models import ItemState as RunItemState
from tenantpilot.operations.items.working import Item, RunItems
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.types import NoInputs
from tenantpilot.restores.approval_codes import ANSWERS, DEPENDENCY_PENDING, is_overdue, opened_code
from tenantpilot.restores.continuing import go_on_for_its_person, waiting_restores
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.states import ItemState
from tenantpilot.tenancy.connections import graph_client


def check_approvals(run: RunContext[NoInputs]) -> None:
    """Look at each restore of the tenant that waits, and let go on what was answered."""
    items = RunItems(run, find=_find_restores)
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        for item in items.pending():
            run.safe_point()
            _look(run, items, client, item)


def _find_restores(run: RunContext[NoInputs]) -> list[Item]:
    rows = waiting_restores().filter(tenant=run.tenant).order_by("pk").values_list("pk", "source")
    return [Item(str(pk), ObjectName(source)) for pk, source in rows]


def _look(run: RunContext[NoInputs], items: RunItems[NoInputs], client: GraphClient, item: Item) -> None:
    """Settle one restore. Nothing is open in the database while Graph is asked."""
    restore = waiting_restores().filter(tenant=run.tenant, pk=int(item.key)).first()
    release_connection()
    try:
        has_answer = restore is not None and is_answered(client, restore, now=run.now)
    except GraphStopped:
        run.safe_point()
        raise
    except GraphError as error:
        items.failed(item, error)
        return
    goes_on = restore is not None and has_answer and go_on_for_its_person(restore, now=run.now)
    with transaction.atomic():
        items.settled(item, RunItemState.SUCCEEDED if goes_on else RunItemState.UNCHANGED)
    items.report()


def is_answered(client: GraphClient, restore: RestoreRun, *, now: datetime) -> bool:
    """Return True if an approval that the restore waits for was given or refused, or has expired. Raises GraphError."""
    waiting = RestoreItem.everywhere.of_run(restore.pk).filter(state=ItemState.WAITING).in_order()
    items = [item for item in waiting if item.reason_code != DEPENDENCY_PENDING]
    if not items:  # the run that had the answer was ended before it came to what needs the approved item
        return bool(waiting.exists())
    return any(is_overdue(item, now=now) or _has_answer(client, restore, item) for item in items)


def _has_answer(client: GraphClient, restore: RestoreRun, item: RestoreItem) -> bool:
    code = opened_code(restore.tenant, item)
    return bool(code) and approval_status(client, code) in ANSWERS
