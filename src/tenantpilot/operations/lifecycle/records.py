"""The two records of a run's life: its timeline and the audit log. Written in the caller's transaction."""

from datetime import datetime
from typing import Any, Protocol

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.operations.lifecycle.statements import INSERT_EVENT
from tenantpilot.tenancy.models import User

Facts = dict[str, Any]


class AuditedRun(Protocol):
    """A run, as far as an audit entry names it."""

    @property
    def pk(self) -> int: ...
    @property
    def workspace_id(self) -> int: ...
    @property
    def tenant_id(self) -> int | None: ...


def record_event(name: str, run_id: int, *, now: datetime, attempt: int = 0, data: Facts | None = None) -> None:
    """Add a line to the run's timeline."""
    INSERT_EVENT(run_id=run_id, name=name, at=now, attempt=attempt, data=data or {})


def record_audit(
    action: AuditAction, run: AuditedRun, *, actor: User | None, now: datetime, after: Facts | None = None
) -> None:
    """Add an entry about the run to the audit log."""
    audit.record(
        action,
        workspace_id=run.workspace_id,
        tenant_id=run.tenant_id,
        actor=actor,
        target_type="operation_run",
        target_id=run.pk,
        after=after,
        at=now,
    )
