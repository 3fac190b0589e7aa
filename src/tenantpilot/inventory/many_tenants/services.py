"""Asking for syncs in many tenants."""

from collections.abc import Iterable
from datetime import datetime

from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC
from tenantpilot.inventory.many_tenants.selecting import TenantsInputs
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, User, Workspace


def start_syncs(
    *, workspace: Workspace, initiator: User | None, tenants: Iterable[Tenant], now: datetime
) -> Started | AlreadyActive:
    """Start one operation that starts a sync in each of the tenants. Raises DispatchFailed."""
    inputs = TenantsInputs(tuple(sorted(tenant.pk for tenant in tenants)))
    runs = OperationRunService()
    return runs.start(TENANTS_SYNC, tenant=None, workspace=workspace, initiator=initiator, inputs=inputs, now=now)
