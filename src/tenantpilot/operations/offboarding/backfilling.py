"""Rows of a tenant whose workspace is missing or not the tenant's own, as an old dump without keys may bring them."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from tenantpilot.operations.offboarding.tables import Owned, owned_tables
from tenantpilot.operations.operations import BACKFILL_WORKSPACE_IDS
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.tenancy.models import Workspace


def tables_of_tenants() -> list[Owned]:
    """Return the tables whose rows belong to a tenant, each behind those that it points at."""
    return list(reversed(owned_tables("tenant")))


def wrong_rows(table: Owned, workspace: Workspace) -> QuerySet[Any]:
    """Return the rows of the workspace's tenants that do not say so."""
    rows: QuerySet[Any] = table.everywhere.filter(tenant__workspace=workspace)  # type: ignore[attr-defined]
    return rows.filter(Q(workspace=None) | ~Q(workspace=F("tenant__workspace")))


def start_backfills(*, now: datetime) -> list[Started | AlreadyActive]:
    """Start the mending in each workspace that has such rows, as system runs. Raises DispatchFailed."""
    service = OperationRunService()
    return [
        service.start(
            BACKFILL_WORKSPACE_IDS, tenant=None, workspace=workspace, initiator=None, inputs=NoInputs(), now=now
        )
        for workspace in Workspace.objects.order_by("pk")
        if any(wrong_rows(table, workspace).exists() for table in tables_of_tenants())
    ]
