"""The removal of versions that people chose, as workers do it."""

from django.db import transaction
from django.db.models.deletion import ProtectedError

from tenantpilot.audit import services as audit
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.run_context import RunContext
from tenantpilot.versions.audit_actions import VERSION_REMOVED
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.pruning import PruneInputs, chosen_versions, reasons_to_keep


class VersionNotFound(ReasonedError):
    """It is not, or no longer, among the tenant's versions."""

    reason_code = "version_gone"


def prune_versions(run: RunContext[PruneInputs]) -> None:
    work_through(run, find=_find, work=_remove)


def _find(run: RunContext[PruneInputs]) -> list[Item]:
    rows = {version.pk: version for version in chosen_versions(run.tenant, [int(key) for key in run.inputs.versions])}
    return [Item(key, ObjectName(_label(rows.get(int(key)), key))) for key in run.inputs.versions]


def _label(version: PolicyVersion | None, key: str) -> str:
    return f"{version.policy.name}, {version.number}" if version else key


def _remove(run: RunContext[PruneInputs], item: Item) -> ItemState | ItemResult:
    """Remove one version with its sealed secrets, unless it is the newest or something holds it."""
    version = next(iter(chosen_versions(run.tenant, [int(item.key)])), None)
    if version is None:
        raise VersionNotFound
    if reason := reasons_to_keep([version]).get(version.pk):
        return skipped(reason)
    try:
        with transaction.atomic():
            version.delete()
    except ProtectedError:
        # A backup took it since it was looked at.
        return skipped("held_by_backup")
    audit.record(
        VERSION_REMOVED,
        workspace_id=version.workspace_id,
        tenant_id=version.tenant_id,
        actor=run.initiator,
        target_type="policy",
        target_id=version.policy_id,
        before={"version": version.number, "read_at": version.read_at.isoformat()},
        at=run.now,
    )
    run.count("deleted")
    return ItemState.SUCCEEDED
