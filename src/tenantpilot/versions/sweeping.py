"""The sweep that workers run: versions that backups took and none holds any more, then payloads that nothing needs."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import PROTECT, Exists, Model, OuterRef, QuerySet

from tenantpilot.audit import services as audit
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.run_context import RunContext
from tenantpilot.versions.audit_actions import VERSIONS_SWEPT
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.states import Source

CHUNK = 200
OF_BACKUPS = (Source.BACKUP, Source.IMPORT)
RowT = TypeVar("RowT", bound=Model)


def sweep_payloads(run: RunContext) -> None:
    """Delete unused versions of the workspace, then unused payloads, a chunk in a transaction with its checkpoint."""
    _sweep(run, _unheld_versions(run), _delete_versions)
    _sweep(run, _unused_payloads(run), _delete_payloads)


def _sweep(run: RunContext, rows: QuerySet[RowT], delete: Callable[[RunContext, QuerySet[RowT]], None]) -> None:
    after = 0
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        after = keys[-1]
        with transaction.atomic():
            run.lock()
            delete(run, _still(rows, keys))
            run.checkpoint(ItemsCheckpoint(0))
        run.safe_point()


def _still(rows: QuerySet[RowT], keys: list[int]) -> QuerySet[RowT]:
    """Return the rows still unused, now that they are held: whoever wants one waits, then finds it gone."""
    if connection.features.has_select_for_update_skip_locked:
        same = rows.model._base_manager.filter(pk__in=keys)
        keys = list(same.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    return rows.filter(pk__in=keys)


def _unheld_versions(run: RunContext) -> QuerySet[PolicyVersion]:
    """Return the versions that only backups asked for, that no row of any table protects, and that are not the newest.

    What a capture took is the history of a policy: it stays until a person removes it.
    """
    versions = PolicyVersion.everywhere.filter(workspace=run.workspace, source__in=OF_BACKUPS)
    later = PolicyVersion.everywhere.filter(policy=OuterRef("policy"), number__gt=OuterRef("number"))
    versions = versions.filter(Exists(later))
    for relation in PolicyVersion._meta.related_objects:
        if relation.on_delete is PROTECT:
            holders = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            versions = versions.filter(~Exists(holders))
    return versions


def _delete_versions(run: RunContext, versions: QuerySet[PolicyVersion]) -> None:
    """Delete them with their sealed secrets, and leave an audit entry for each tenant."""
    by_tenant = Counter(versions.values_list("tenant", flat=True))
    versions.delete()
    run.count("versions", sum(by_tenant.values()))
    for tenant_id, number in by_tenant.items():
        audit.record(
            VERSIONS_SWEPT,
            workspace_id=run.workspace.pk,
            tenant_id=tenant_id,
            target_type="tenant",
            target_id=tenant_id,
            before={"versions": number},
            at=run.now,
        )


def _unused_payloads(run: RunContext) -> QuerySet[Payload]:
    """Return the payloads that no row of any table points at."""
    payloads = Payload.everywhere.filter(workspace=run.workspace)
    for relation in Payload._meta.related_objects:
        users = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        payloads = payloads.filter(~Exists(users))
    return payloads


def _delete_payloads(run: RunContext, payloads: QuerySet[Payload]) -> None:
    deleted, _by_table = payloads.delete()
    run.count("deleted", int(deleted))
