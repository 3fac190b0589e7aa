"""Remove a tenant or a workspace for good, with everything that it owns. The audit log stays.

A tenant is removed by an operation of its workspace, table after table (see `handlers`). A workspace is removed at
once, because it has to be empty of tenants.
"""

from datetime import datetime

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.offboarding.stored import RemovalInputs
from tenantpilot.operations.offboarding.tables import owned_tables, pointing_elsewhere
from tenantpilot.operations.operations import TENANT_REMOVAL
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.retention.purging import gate_open
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.audit_actions import TENANT_REMOVAL_BEGAN, WORKSPACE_REMOVED
from tenantpilot.tenancy.models import Tenant, User, Workspace


class CannotRemove(TenantPilotError):
    """It is not archived, it is not empty or at rest, or the name that was typed is another."""


def start_removal(
    tenant: Tenant, *, typed: str, actor: User | None, now: datetime, service: OperationRunService | None = None
) -> Started | AlreadyActive:
    """Mark the tenant as being removed and start the operation that deletes its rows.

    From then on it cannot be brought back. A removal that stopped half-way goes on when it is started again. Raises
    CannotRemove, DispatchFailed.
    """
    record = _mark(tenant, typed=typed, actor=actor, now=now)
    runs = service or OperationRunService()
    return runs.start(
        TENANT_REMOVAL,
        tenant=None,
        workspace=record.workspace,
        initiator=actor,
        inputs=RemovalInputs(record.pk),
        now=now,
    )


def _mark(tenant: Tenant, *, typed: str, actor: User | None, now: datetime) -> Tenant:
    """Return the tenant, marked as being removed, once. Raises CannotRemove."""
    with transaction.atomic():
        record: Tenant = Tenant.everywhere.select_for_update(of=("self",)).select_related("workspace").get(pk=tenant.pk)
        _require_name(record.name, typed)
        if record.archived_at is None:
            raise CannotRemove(f"Archive {record.name} first. What is archived can be brought back.")
        _require_at_rest(OperationRun.everywhere.filter(tenant=record), record.name)
        _require_unused(record)
        if Tenant.everywhere.filter(pk=record.pk, removal_began_at=None).update(removal_began_at=now):
            audit.record(
                TENANT_REMOVAL_BEGAN,
                workspace_id=record.workspace_id,
                tenant_id=record.pk,
                actor=actor,
                before={"slug": record.slug, "name": record.name, "entra_tenant_id": str(record.entra_tenant_id)},
                after={"removal": True},
                at=now,
            )
    return record


def remove_workspace(workspace: Workspace, *, typed: str, actor: User | None, now: datetime) -> dict[str, int]:
    """Delete a workspace that has no tenants. People keep their accounts. Raises CannotRemove."""
    with transaction.atomic():
        record = Workspace.objects.select_for_update().get(pk=workspace.pk)
        _require_name(record.name, typed)
        if record.archived_at is None:
            raise CannotRemove(f"Archive {record.name} first. What is archived can be brought back.")
        if (number := Tenant.everywhere.filter(workspace=record).count()) > 0:
            raise CannotRemove(f"{record.name} still has tenants: {number}. Remove each of them first.")
        _require_at_rest(OperationRun.everywhere.filter(workspace=record), record.name)
        rows = _delete_rows(record)
        Workspace.objects.filter(pk=record.pk).delete()
        facts = {"slug": record.slug, "name": record.name}
        for log in (record.pk, audit.INSTALLATION):
            audit.record(WORKSPACE_REMOVED, workspace_id=log, actor=actor, before=facts, at=now)
    return rows


def _delete_rows(workspace: Workspace) -> dict[str, int]:
    deleted: dict[str, int] = {}
    with gate_open():
        for model in owned_tables("workspace"):
            _total, by_table = model.everywhere.filter(workspace=workspace).delete()  # type: ignore[attr-defined]
            for label, number in by_table.items():
                deleted[label] = deleted.get(label, 0) + number
    return deleted


def _require_unused(tenant: Tenant) -> None:
    if rows := pointing_elsewhere(tenant):
        words = ", ".join(f"{number} {name}" for name, number in rows.items())
        raise CannotRemove(f"Other tenants hold something of {tenant.name}: {words}. Delete them there first.")


def _require_name(name: str, typed: str) -> None:
    if typed.strip() != name:
        raise CannotRemove(f"Type the name exactly as it is written: {name}")


def _require_at_rest(runs: OperationRunQuerySet, name: str) -> None:
    if (active := runs.active().count()) > 0:
        raise CannotRemove(f"{active} operations of {name} have not ended yet. Try again in a minute.")
