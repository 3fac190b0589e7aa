"""The work of a tenant's removal."""

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError

from tenantpilot.audit import services as audit
from tenantpilot.operations.offboarding.stored import RemovalCheckpoint, RemovalInputs
from tenantpilot.operations.offboarding.tables import Owned, owned_tables
from tenantpilot.operations.retention.purging import gate_open
from tenantpilot.operations.run_context import OperationFailed, RunContext
from tenantpilot.tenancy.audit_actions import TENANT_REMOVED
from tenantpilot.tenancy.models import Tenant

CHUNK = 500


def remove_tenant(run: RunContext[RemovalInputs]) -> None:
    """Delete the tenant's rows, table after table and a chunk at a time, and the tenant itself in the end.

    Each chunk and the checkpoint are one transaction: a worker that takes over goes on with what is left.
    """
    tenant = Tenant.everywhere.filter(pk=run.inputs.tenant_id, workspace=run.workspace).first()
    if tenant is None:
        # The worker before removed it, and ended before it could say so.
        last = run.last_checkpoint(RemovalCheckpoint)
        run.progress(last.deleted if last else 0, last.deleted if last else 0)
        return
    if tenant.removal_began_at is None:
        raise OperationFailed("removal_not_confirmed")
    try:
        _remove(tenant, run)
    except (ProtectedError, RestrictedError):
        raise OperationFailed("removal_in_use") from None


def _remove(tenant: Tenant, run: RunContext[RemovalInputs]) -> None:
    last = run.last_checkpoint(RemovalCheckpoint)
    if last is None:
        run.note("tenant_removal_began", tenant=tenant.name)
    deleted, tables = (last.deleted if last else 0), owned_tables("tenant")
    total = deleted + sum(_rows(table, tenant).count() for table in tables)
    run.progress(deleted, total)
    for table in tables:
        while number := _delete_chunk(table, tenant, deleted, run):
            deleted += number
            run.progress(min(deleted, total), total)
    with transaction.atomic():
        Tenant.everywhere.filter(pk=tenant.pk).delete()
        audit.record(
            TENANT_REMOVED,
            workspace_id=tenant.workspace_id,
            tenant_id=tenant.pk,
            actor=run.initiator,
            before={"slug": tenant.slug, "name": tenant.name, "entra_tenant_id": str(tenant.entra_tenant_id)},
            after={"rows": deleted},
            at=run.now,
        )


def _delete_chunk(table: Owned, tenant: Tenant, deleted: int, run: RunContext[RemovalInputs]) -> int:
    """Delete up to 500 rows with what hangs on them, the oldest first. Return how many there were."""
    with transaction.atomic():
        chosen = list(_rows(table, tenant).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not chosen:
            return 0
        with gate_open():
            _rows(table, tenant).filter(pk__in=chosen).delete()
        run.count("deleted", len(chosen))
        run.checkpoint(RemovalCheckpoint(deleted + len(chosen)))
    return len(chosen)


def _rows(table: Owned, tenant: Tenant) -> QuerySet[Any]:
    rows: QuerySet[Any] = table.everywhere.filter(tenant=tenant)  # type: ignore[attr-defined]
    return rows
