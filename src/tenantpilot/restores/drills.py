"""Starting restore drills, and reading what they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Subquery

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.restores.models import DrillFinding, RestoreDrill
from tenantpilot.restores.operations import RESTORE_DRILL, DrillInputs
from tenantpilot.tenancy.models import Tenant, User


@dataclass(frozen=True)
class DrillReason:
    """A reason for which policies could not be restored, and their number."""

    code: str
    text: str
    next_step: str
    count: int


@dataclass(frozen=True)
class DrillReport:
    """A finished drill, and why what could not be restored could not; most first."""

    drill: RestoreDrill
    reasons: Sequence[DrillReason]


def start_drill(
    *, tenant: Tenant, initiator: User | None, now: datetime, inputs: DrillInputs | None = None
) -> Started | AlreadyActive:
    """Find out how much of the last good backup set could be restored. Raises DispatchFailed."""
    drill_inputs = inputs or DrillInputs()
    return OperationRunService().start(RESTORE_DRILL, tenant=tenant, initiator=initiator, inputs=drill_inputs, now=now)


def newest_report(tenant: Tenant) -> DrillReport | None:
    """Return the newest finished drill of the tenant; None before the first."""
    finished = RestoreDrill.everywhere.of_tenant(tenant).finished().newest_first()
    drill = finished.select_related("backup_set", "run__tenant").first()
    if drill is None:
        return None
    rows = (
        DrillFinding.everywhere.filter(drill=drill).order_by().values_list("reason_code").annotate(number=Count("pk"))
    )
    return DrillReport(drill, [_reason(code, number) for code, number in rows.order_by("-number", "reason_code")])


def with_drills(tenants: Any) -> Any:
    """Add the figures of each tenant's newest finished drill."""
    newest = RestoreDrill.everywhere.finished().filter(tenant=OuterRef("pk")).newest_first()
    return tenants.annotate(
        drill_restorable=Subquery(newest.values("restorable")[:1]),
        drill_checked=Subquery(newest.values("checked")[:1]),
    )


def _reason(code: str, count: int) -> DrillReason:
    reason_code = code if ReasonCatalog.knows(code) else "internal_error"
    return DrillReason(code, ReasonCatalog.describe(reason_code), str(ReasonCatalog.get(reason_code).next_step), count)
