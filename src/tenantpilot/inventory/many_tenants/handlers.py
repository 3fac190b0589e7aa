"""Starts the syncs. Each is a run of its own tenant, with that tenant's rules and limits."""

from collections.abc import Iterator

from tenantpilot.core.errors import ReasonedError
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.many_tenants.selecting import TenantsInputs
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.results import DispatchFailed, Started, TenantArchived
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, TenantQuerySet


def start_syncs(run: RunContext[TenantsInputs]) -> None:
    """Start a sync in each tenant, in the transaction that settles its item: who takes over starts none twice.

    The syncs are system runs behind those that people start, so that a thousand of them delay no click and notify
    nobody. The initiator of this run gets its one notification.
    """
    work_through(run, find=_find_tenants, work=_start_sync)


def _find_tenants(run: RunContext[TenantsInputs]) -> Iterator[Item]:
    for tenant in run.inputs.chosen_among(_tenants(run)).by_name():
        yield Item(str(tenant.pk), tenant.name)


def _start_sync(run: RunContext[TenantsInputs], item: Item) -> ItemState | ItemResult:
    """Return unchanged where the tenant is synced already."""
    tenant = _tenants(run).filter(pk=int(item.key)).first()
    if tenant is None:
        return skipped("tenant_not_in_use")
    if not tenant.is_connected:
        return skipped("credential_missing")
    try:
        return _started(run, tenant)
    except TenantArchived:
        return skipped("tenant_not_in_use")
    except DispatchFailed as error:
        raise ReasonedError(reason_code="dispatch_failed") from error


def _started(run: RunContext[TenantsInputs], tenant: Tenant) -> ItemState:
    runs, inputs = OperationRunService(), SyncInputs(policy_types.chosen(None), capture=run.inputs.capture)
    answer = runs.start(INVENTORY_SYNC, tenant=tenant, initiator=None, inputs=inputs, now=run.now, scheduled=True)
    runs.record_parent(answer.run, run.run_id, now=run.now)
    return ItemState.SUCCEEDED if isinstance(answer, Started) else ItemState.UNCHANGED


def _tenants(run: RunContext[TenantsInputs]) -> TenantQuerySet:
    return Tenant.everywhere.filter(workspace=run.workspace, archived_at=None)
