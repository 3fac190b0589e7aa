"""The effect of backups on each day: facts that are written when a set ends, and outlive it.

So the trend of a tenant is read from a row for each day, and no retention changes what was true at that time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Greatest

from tenantpilot.backups.states import SetState
from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant

KEPT_FOR = timedelta(days=400)
AT_MOST = 1_000
_COLUMN = {SetState.COMPLETE: "good", SetState.INCOMPLETE: "incomplete", SetState.FAILED: "failed"}


class BackupDay(TenantOwned):
    """The sets of a tenant that ended on a day (UTC), by state.

    `policies` is the number that the fullest good one held, `in_care` the policies in care when the last one ended.
    """

    day = models.DateField()
    good = models.PositiveIntegerField(default=0)
    incomplete = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    policies = models.PositiveIntegerField(default=0)
    in_care = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.QuerySet["BackupDay"]] = scoped(models.QuerySet["BackupDay"])
    everywhere: ClassVar[models.QuerySet["BackupDay"]] = unscoped(models.QuerySet["BackupDay"])

    class Meta(TenantOwned.Meta):
        db_table = "backup_days"
        constraints = [models.UniqueConstraint(fields=["tenant", "day"], name="backup_day_once_a_tenant")]
        indexes = [models.Index(fields=["day"], name="backup_day_by_day_ix")]

    def __str__(self) -> str:
        return f"backups of tenant {self.tenant_id} on {self.day}"


def count_set(tenant: Tenant, state: SetState, items: int, *, now: datetime) -> None:
    """Count a set that ended now. Call it in the transaction that ends the set."""
    day, _is_new = BackupDay.everywhere.get_or_create(
        tenant=tenant, day=now.astimezone(UTC).date(), defaults={"workspace_id": tenant.workspace_id}
    )
    column = _COLUMN[state]
    changes: dict[str, Any] = {
        column: F(column) + 1,
        "in_care": Policy.everywhere.of_tenant(tenant).present().in_care().count(),
    }
    if state == SetState.COMPLETE:
        changes["policies"] = Greatest(F("policies"), items)
    BackupDay.everywhere.filter(pk=day.pk).update(**changes)


def forget_days(*, now: datetime) -> int:
    """Delete some of the days that no trend shows any more."""
    old = BackupDay.everywhere.filter(day__lt=(now - KEPT_FOR).date()).order_by("pk")
    return BackupDay.everywhere.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_MOST])).delete()[0]


@dataclass(frozen=True)
class TenantDay:
    """A day of one tenant. On a day without a set, `in_care` is that of the day before."""

    day: date
    good: int = 0
    incomplete: int = 0
    failed: int = 0
    policies: int = 0
    in_care: int = 0


@dataclass(frozen=True)
class WorkspaceDay:
    """The tenants that had a good set on a day, and those whose sets were all incomplete or failed."""

    day: date
    good: int = 0
    not_good: int = 0


def days_of_tenant(tenant: Tenant, *, days: int, now: datetime) -> list[TenantDay]:
    """Return the last days of a tenant, the oldest first, also those without a set. One query."""
    span = _span(days, now)
    rows = {row.day: row for row in BackupDay.everywhere.filter(tenant=tenant, day__gte=span[0])}
    tenant_days, in_care = [], 0
    for day in span:
        row = rows.get(day)
        in_care = row.in_care if row else in_care
        facts = (row.good, row.incomplete, row.failed, row.policies) if row else (0, 0, 0, 0)
        tenant_days.append(TenantDay(day, *facts, in_care=in_care))
    return tenant_days


def days_of_tenants(tenants: Iterable[int] | models.QuerySet[Any], *, days: int, now: datetime) -> list[WorkspaceDay]:
    """Return the last days of many tenants, the oldest first. One query."""
    span = _span(days, now)
    rows = BackupDay.everywhere.filter(tenant__in=tenants, day__gte=span[0]).values("day").order_by("day")
    counted = rows.annotate(with_good=Count("pk", filter=Q(good__gt=0)), without=Count("pk", filter=Q(good=0)))
    by_day: Mapping[date, Any] = {row["day"]: row for row in counted}
    return [
        WorkspaceDay(day, by_day[day]["with_good"], by_day[day]["without"]) if day in by_day else WorkspaceDay(day)
        for day in span
    ]


def _span(days: int, now: datetime) -> list[date]:
    today = now.astimezone(UTC).date()
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
