"""The protection of tenants: how old the last good set is, and what it covers. Every figure is a count of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from tenantpilot.backups.asking import Asked
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.queries import members_of_set
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.schedules.cadence import Frequency
from tenantpilot.tenancy.models import Tenant

HOURS = {Frequency.HOURLY.value: 1, Frequency.DAILY.value: 24, Frequency.WEEKLY.value: 168}
UNSCHEDULED_HOURS = 168
"""So old a set may be where nothing is scheduled."""


@dataclass(frozen=True)
class TypeGap:
    """A policy type that the last good set does not hold, and the reason that a person gave."""

    label: str
    reason: str


@dataclass(frozen=True)
class TenantProtection:
    """What is protected in a tenant. `unrestorable` counts the policies of the last good set by restorability."""

    last_good: BackupSet | None
    state: str
    types: int
    all_types: int
    protected: int
    in_care: int
    ignored: int
    damaged: int
    incomplete: int
    gaps: Sequence[TypeGap]
    unrestorable: Sequence[tuple[str, int]]

    @property
    def unprotected(self) -> int:
        return self.in_care - self.protected


def protection_of(tenant: Tenant, *, now: datetime) -> TenantProtection:
    """Return the figures of a tenant."""
    sets = BackupSet.everywhere.of_tenant(tenant).kept()
    last_good = sets.good().select_related("chain").newest_first().first()
    asked = Asked.from_json(last_good.asked) if last_good else Asked(())
    is_by_type = last_good is not None and asked.policies is None
    left_out = asked.left_out if is_by_type else tuple(kind.key for kind in catalogue.every()) if not last_good else ()
    in_care = Policy.everywhere.of_tenant(tenant).present().in_care()
    members = members_of_set(last_good) if last_good else BackupMember.everywhere.none()
    hours = interval_hours().get(tenant.pk) if last_good else None
    restorable = members.exclude(version__restorable="yes").values_list("version__restorable")
    return TenantProtection(
        last_good=last_good,
        state=state_of(last_good.created_at if last_good else None, hours, now=now),
        types=len(asked.policy_types) if is_by_type else 0,
        all_types=len(catalogue.every()),
        protected=in_care.filter(pk__in=members.values("policy")).count(),
        in_care=in_care.count(),
        ignored=Policy.everywhere.of_tenant(tenant).present().ignored().count(),
        damaged=sets.filter(verdict="damaged").count(),
        incomplete=sets.filter(state="incomplete").count(),
        gaps=[TypeGap(catalogue.label_of(key), asked.left_out_reason) for key in left_out],
        unrestorable=list(restorable.annotate(count=Count("pk")).order_by("version__restorable")),
    )


def interval_hours() -> dict[int, int]:
    """Return the shortest interval of the backup schedules that are not paused, by tenant."""
    schedules = Schedule.everywhere.filter(type=BACKUP_SCHEDULE_RUN.key, paused_at=None)
    shortest: dict[int, int] = {}
    for tenant, frequency in schedules.values_list("tenant", "frequency"):
        hours = HOURS.get(frequency, UNSCHEDULED_HOURS)
        shortest[tenant] = min(hours, shortest.get(tenant, hours))
    return shortest


def state_of(last_good_at: datetime | None, hours: int | None, *, now: datetime) -> str:
    """Return the value of the `protection` badge: overdue after twice the interval without a good set."""
    if last_good_at is None:
        return "none"
    allowed = timedelta(hours=2 * hours) if hours else timedelta(hours=UNSCHEDULED_HOURS)
    if now - last_good_at > allowed:
        return "overdue"
    return "protected" if hours else "by_hand"


def with_protection(tenants: Any) -> Any:
    """Add the last good set of each tenant, and the interval of its schedules; counted for the rows of a page."""
    good = BackupSet.everywhere.good().filter(tenant=OuterRef("pk")).newest_first()
    hours = Case(*(When(frequency=name, then=Value(number)) for name, number in HOURS.items()), default=Value(168))
    schedules = Schedule.everywhere.filter(tenant=OuterRef("pk"), type=BACKUP_SCHEDULE_RUN.key, paused_at=None)
    policies = Policy.everywhere.present().in_care().filter(tenant=OuterRef("pk")).order_by().values("tenant")
    shortest = schedules.annotate(hours=hours).order_by("hours").values("hours")[:1]
    return tenants.annotate(
        last_good=Subquery(good.values("pk")[:1]),
        last_good_at=Subquery(good.values("created_at")[:1]),
        last_good_items=Subquery(good.values("items")[:1]),
        interval=Subquery(shortest, output_field=IntegerField()),
        policy_count=Coalesce(Subquery(policies.annotate(number=Count("pk")).values("number")), 0),
    )
