"""The one notification about an operation: that it ended, to the person who started it (OPS-23, OPS-24)."""

from datetime import datetime

from tenantpilot.core.fast_insert import Insert
from tenantpilot.operations.lifecycle.outcome import EndedRun, Ending
from tenantpilot.operations.models import Notification

_INSERT = Insert(Notification)


class OperationRunCompleted:
    """Stored in the transaction of the ending; the database allows one a run."""

    KIND = "operation_run_completed"

    @classmethod
    def store(cls, run: EndedRun, ending: Ending, *, at: datetime) -> int | None:
        """Return the key of what was stored; None for a system run. The reading side makes the words from `data`."""
        if run.initiator_id is None:
            return None
        key: int = _INSERT(
            workspace_id=run.workspace_id,
            tenant_id=run.tenant_id,
            recipient_id=run.initiator_id,
            kind=cls.KIND,
            run_id=run.pk,
            created_at=at,
            data=_facts(run, ending),
        )
        return key


def _facts(run: EndedRun, ending: Ending) -> dict[str, object]:
    """Return the facts that the words are made of. A person is in it by key alone: names are personal data (OPS-12)."""
    facts: dict[str, object] = {
        "type": run.type,
        "outcome": ending.outcome.value,
        "counts": ending.counts,
        "reason_code": ending.reason_code,
        "message": ending.message,
    }
    if ending.reason_code == "cancelled_by_person":
        facts["cancelled_by"] = run.cancelled_by_id
    return facts
