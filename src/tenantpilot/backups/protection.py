"""The protection of tenants: how old the last good set is, and what it covers. Every figure is a count of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from tenantpilot.backups.asking import Asked
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.widest import HOURS, UNSCHEDULED_HOURS, active_schedules, interval_of, widest_first
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant


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
    last_good = widest_first(sets.good(), now=now).select_related("chain__schedule").first()
    asked = Asked.from_json(last_good.asked) if last_good else Asked(())
    is_by_type = last_good is not None and asked.policies is None
    left_out = asked.left_out if is_by_type else tuple(kind.key for kind in catalogue.every()) if not last_good else ()
    in_care = Policy.everywhere.of_tenant(tenant).present().in_care()
    members = members_of_set(last_good) if last_good else BackupMember.everywhere.none()
    hours = interval_of(last_good) if last_good else None
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


def state_of(last_good_at: datetime | None, hours: int | None, *, now: datetime) -> str:
    """Return the value of the `protection` badge: overdue after twice the interval without a good set."""
    if last_good_at is None:
        return "none"
    allowed = timedelta(hours=2 * hours) if hours else timedelta(hours=UNSCHEDULED_HOURS)
    if now - last_good_at > allowed:
        return "overdue"
    return "protected" if hours else "by_hand"


def with_protection(tenants: Any, *, now: datetime) -> Any:
    """Add the last good set of each tenant, and the interval of its schedules; counted for the rows of a page."""
    good = BackupSet.everywhere.good().filter(tenant=OuterRef("pk"))
    shown = BackupSet.everywhere.filter(pk=OuterRef("last_good"))
    policies = Policy.everywhere.present().in_care().filter(tenant=OuterRef("pk")).order_by().values("tenant")
    hours = Case(*(When(frequency=name, then=Value(number)) for name, number in HOURS.items()), default=Value(168))
    schedules = active_schedules().annotate(hours=hours).order_by("hours")
    own = schedules.filter(backup_chain__sets=OuterRef("last_good")).values("hours")[:1]
    by_hand = active_schedules().annotate(hours=Case(When(frequency="weekly", then=168), default=24)).order_by("hours")
    of_tenant = by_hand.filter(tenant=OuterRef("pk")).values("hours")[:1]
    return tenants.annotate(
        has_good=Exists(good), last_good=Subquery(widest_first(good, now=now).values("pk")[:1])
    ).annotate(
        last_good_at=Subquery(shown.values("created_at")),
        last_good_items=Subquery(shown.values("items")),
        interval=Coalesce(
            Subquery(own, output_field=IntegerField()),
            Subquery(of_tenant, output_field=IntegerField()),
        ),
        policy_count=Coalesce(Subquery(policies.annotate(number=Count("pk")).values("number")), 0),
    )
