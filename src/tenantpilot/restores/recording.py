"""Audit entries about a restore."""

from collections.abc import Mapping
from datetime import datetime

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.restores.models import RestoreRun
from tenantpilot.tenancy.models import User


def record_action(
    action: AuditAction,
    restore: RestoreRun,
    actor: User | None,
    now: datetime,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Record what somebody did with the restore. Call it in the transaction of the deed."""
    audit.record(
        action,
        workspace_id=restore.workspace_id,
        tenant_id=restore.tenant_id,
        actor=actor,
        target_type="restore",
        target_id=restore.pk,
        before=dict(before) if before else None,
        after=dict(after) if after else None,
        at=now,
    )
