"""Archive tenants and workspaces, and bring them back.

An archived tenant is a stopped one: no run is taken up and no schedule starts anything. Its active runs end, its data
stays readable, and of each role only the reading is left (see `tenancy.roles`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy import owners
from tenantpilot.tenancy.audit_actions import (
    TENANT_ARCHIVED,
    TENANT_BROUGHT_BACK,
    WORKSPACE_ARCHIVED,
    WORKSPACE_BROUGHT_BACK,
)
from tenantpilot.tenancy.models import Tenant, User, Workspace


def archive_tenant(tenant: Tenant, *, actor: User | None, now: datetime) -> bool:
    """End the tenant's runs and let nothing start. Return False if it is archived already."""
    with transaction.atomic():
        _lock_runs([tenant])
        # Whoever starts a run holds the row too: a run is either seen here, or refused there.
        record = Tenant.everywhere.select_for_update().get(pk=tenant.pk)
        if record.archived_at is not None:
            return False
        Tenant.everywhere.filter(pk=tenant.pk).update(archived_at=now, stopped_at=record.stopped_at or now)
        ended = _end_runs(tenant, actor=actor, now=now)
        audit.record(
            TENANT_ARCHIVED,
            workspace_id=tenant.workspace_id,
            tenant_id=tenant.pk,
            actor=actor,
            before={"archived": False},
            after={"archived": True, "runs_ended": ended},
            at=now,
        )
    return True


def bring_tenant_back(tenant: Tenant, *, actor: User | None, now: datetime) -> bool:
    """Let work start again, unless it was stopped before. Return False if it is not archived, or is being removed."""
    with transaction.atomic():
        owners.lock_workspaces([tenant.workspace_id])
        record = Tenant.everywhere.select_for_update().get(pk=tenant.pk)
        if record.archived_at is None or record.removal_began_at or _is_of_archived_workspace(record):
            return False
        was_stopped_before = record.stopped_at is not None and record.stopped_at < record.archived_at
        stopped_at = record.stopped_at if was_stopped_before else None
        Tenant.everywhere.filter(pk=tenant.pk).update(archived_at=None, stopped_at=stopped_at)
        audit.record(
            TENANT_BROUGHT_BACK,
            workspace_id=tenant.workspace_id,
            tenant_id=tenant.pk,
            actor=actor,
            before={"archived": True},
            after={"archived": False, "work_stays_stopped": was_stopped_before},
            at=now,
        )
    return True


def archive_workspace(workspace: Workspace, *, actor: User | None, now: datetime) -> bool:
    """Archive every tenant of the workspace, and let none be added. Return False if it is archived already."""
    with transaction.atomic():
        if not Workspace.objects.filter(pk=workspace.pk, archived_at=None).update(archived_at=now):
            return False
        tenants = list(Tenant.everywhere.filter(workspace=workspace, archived_at=None).order_by("pk"))
        _lock_runs(tenants)
        for tenant in tenants:
            archive_tenant(tenant, actor=actor, now=now)
        _record_workspace(WORKSPACE_ARCHIVED, workspace, actor, now, {"tenants": len(tenants)})
    return True


def bring_workspace_back(workspace: Workspace, *, actor: User | None, now: datetime) -> bool:
    """Bring back the tenants that were archived with it. Return False if it is not archived."""
    with transaction.atomic():
        record = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
        if record.archived_at is None:
            return False
        Workspace.objects.filter(pk=workspace.pk).update(archived_at=None)
        with_it = Tenant.everywhere.filter(workspace=workspace, archived_at=record.archived_at).order_by("pk")
        tenants = list(with_it)
        for tenant in tenants:
            bring_tenant_back(tenant, actor=actor, now=now)
        _record_workspace(WORKSPACE_BROUGHT_BACK, workspace, actor, now, {"tenants": len(tenants)})
    return True


def _lock_runs(tenants: Sequence[Tenant]) -> None:
    """Lock all runs before the tenant and the audit log, which a worker writes to while it holds its run."""
    runs = OperationRun.everywhere.active().filter(tenant__in=tenants).order_by("pk")
    list(runs.select_for_update(no_key=True).values_list("pk", flat=True))


def _end_runs(tenant: Tenant, *, actor: User | None, now: datetime) -> int:
    """Cancel what waits, and ask what runs to stop at its next safe point. Return how many there were."""
    runs = list(OperationRun.everywhere.active().filter(tenant=tenant).order_by("pk"))
    service = OperationRunService()
    for run in runs:
        try:
            service.request_cancel(run, actor=actor, now=now)
        except CannotCancel:
            # It came to its own end meanwhile.
            continue
    return len(runs)


def _is_of_archived_workspace(tenant: Tenant) -> bool:
    return Workspace.objects.filter(pk=tenant.workspace_id, archived_at__isnull=False).exists()


def _record_workspace(
    action: AuditAction, workspace: Workspace, actor: User | None, now: datetime, facts: dict[str, int]
) -> None:
    audit.record(action, workspace_id=workspace.pk, actor=actor, after=facts, at=now)
