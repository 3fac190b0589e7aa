"""Remove a tenant or a workspace for good, with everything that it owns. The audit log stays.

The tables to empty follow from the models, so that a table that is added later is not forgotten.
"""

from datetime import datetime

from django.apps import apps
from django.db import models, transaction

from tenantpilot.audit import services as audit
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.owned import WorkspaceOwned, references
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.retention.purging import gate_open
from tenantpilot.tenancy.models import Tenant, User, Workspace

Owned = type[WorkspaceOwned]


class CannotRemove(TenantPilotError):
    """It is not archived, its last run has not ended, or the name that was typed is another."""


def remove_tenant(tenant: Tenant, *, typed: str, actor: User | None, now: datetime) -> dict[str, int]:
    """Delete every row of the tenant. Return how many there were, by table. Raises CannotRemove."""
    with transaction.atomic():
        record = Tenant.everywhere.select_for_update().get(pk=tenant.pk)
        _require_name(record.name, typed)
        if record.archived_at is None:
            raise CannotRemove(f"Archive {record.name} first. What is archived can be brought back.")
        _require_at_rest(OperationRun.everywhere.filter(tenant=record), record.name)
        rows = _delete_rows("tenant", record)
        Tenant.everywhere.filter(pk=record.pk).delete()
        audit.record(
            "tenant.removed",
            workspace_id=record.workspace_id,
            tenant_id=record.pk,
            actor=actor,
            before={"slug": record.slug, "name": record.name, "entra_tenant_id": str(record.entra_tenant_id)},
            after={"rows": sum(rows.values())},
            at=now,
        )
    return rows


def remove_workspace(workspace: Workspace, *, typed: str, actor: User | None, now: datetime) -> dict[str, int]:
    """Delete the workspace with its tenants and members. People keep their accounts. Raises CannotRemove."""
    with transaction.atomic():
        record = Workspace.objects.select_for_update().get(pk=workspace.pk)
        _require_name(record.name, typed)
        if record.archived_at is None:
            raise CannotRemove(f"Archive {record.name} first. What is archived can be brought back.")
        _require_at_rest(OperationRun.everywhere.filter(workspace=record), record.name)
        rows = _delete_rows("workspace", record)
        Workspace.objects.filter(pk=record.pk).delete()
        facts = {"slug": record.slug, "name": record.name}
        for log in (record.pk, audit.INSTALLATION):
            audit.record("workspace.removed", workspace_id=log, actor=actor, before=facts, at=now)
    return rows


def owned_tables(owner: str) -> list[Owned]:
    """Return the models whose rows a tenant or workspace owns, each before what it points at."""
    owned = [model for model in apps.get_models() if issubclass(model, WorkspaceOwned) and _has(model, owner)]
    ordered: list[Owned] = []
    while owned:
        free = [model for model in owned if not any(_points_at(other, model) for other in owned)]
        ordered += free
        owned = [model for model in owned if model not in free]
        if not free:
            raise RuntimeError(f"these tables point at each other: {owned}")
    return ordered


def _delete_rows(owner: str, of: Tenant | Workspace) -> dict[str, int]:
    deleted: dict[str, int] = {}
    with gate_open():
        for model in owned_tables(owner):
            _total, by_table = model.everywhere.filter(**{owner: of}).delete()  # type: ignore[attr-defined]
            for label, number in by_table.items():
                deleted[label] = deleted.get(label, 0) + number
    return deleted


def _points_at(model: Owned, other: Owned) -> bool:
    return model is not other and any(parent is other for _field, parent in references(model))


def _has(model: type[models.Model], owner: str) -> bool:
    return any(field.name == owner for field, _parent in references(model))


def _require_name(name: str, typed: str) -> None:
    if typed.strip() != name:
        raise CannotRemove(f"Type the name exactly as it is written: {name}")


def _require_at_rest(runs: OperationRunQuerySet, name: str) -> None:
    if (active := runs.active().count()) > 0:
        raise CannotRemove(f"{active} operations of {name} have not ended yet. Try again in a minute.")
