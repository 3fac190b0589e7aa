"""The protection of tenants: how old the last good set is, and what it covers. Every figure is a count of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from tenantpilot.backups.models import BackupMemberQuerySet, BackupSet
from tenantpilot.backups.overdue import recent_until
from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.backups.states import SetState, Verdict
from tenantpilot.backups.widest import UNSCHEDULED_HOURS, active_schedules, widest_first
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Schedule
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.states import Restorable

HOLDS_SHOWN = 20


@dataclass(frozen=True)
class TypeGap:
    """A policy type that the last good set does not hold, and the reason that a person gave."""

    label: str
    reason: str


@dataclass(frozen=True)
class TenantProtection:
    """The protection of a tenant. `unrestorable` counts the policies of the last good set by restorability."""

    last_good: BackupSet | None
    ending_holds: Sequence[BackupSet]
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
    last_good, ending_holds = _sets_shown(tenant, now=now)
    request = BackupRequest.from_json(last_good.asked) if last_good else BackupRequest(())
    is_by_type = last_good is not None and request.policies is None
    by_restorable = _by_restorable(members_of_set(last_good)) if last_good else []
    counts = _counts(tenant)
    return TenantProtection(
        last_good=last_good,
        ending_holds=ending_holds,
        state=_state_of_tenant(tenant, last_good, newest_is_good=counts["newest_is_good"], now=now),
        types=len(request.policy_types) if is_by_type else 0,
        all_types=len(catalogue.every()),
        protected=sum(in_care for _restorable, _count, in_care in by_restorable),
        in_care=counts["in_care"],
        ignored=counts["ignored"],
        damaged=counts["damaged"],
        incomplete=counts["incomplete"],
        gaps=[TypeGap(catalogue.label_of(key), request.left_out_reason) for key in _left_out(last_good, request)],
        unrestorable=[(name, count) for name, count, _in_care in by_restorable if name != Restorable.YES],
    )


def _left_out(last_good: BackupSet | None, request: BackupRequest) -> tuple[str, ...]:
    """Return the policy types that the last good set leaves out; without a good set these are all types."""
    if last_good is None:
        return tuple(policy_type.key for policy_type in catalogue.every())
    return request.left_out if request.policies is None else ()


def _sets_shown(tenant: Tenant, *, now: datetime) -> tuple[BackupSet | None, list[BackupSet]]:
    """Return the last good set, and the first sets whose hold ends, in one query."""
    sets = BackupSet.everywhere.of_tenant(tenant).kept()
    best = Q(pk=Subquery(widest_first(sets.good(), now=now).values("pk")[:1]))
    ending = Q(held_at__isnull=False, held_until__gt=now)
    rows = sets.filter(best | ending).annotate(is_best=Case(When(best, then=Value(1)), default=Value(0)))
    shown_sets = list(
        rows.select_related("chain__schedule", "held_by").order_by("-is_best", "held_until")[: HOLDS_SHOWN + 1]
    )
    holds = [
        backup_set for backup_set in shown_sets if backup_set.held_until is not None and backup_set.held_until > now
    ]
    # The best comes first. Where there is none, no set is good.
    last_good = next((backup_set for backup_set in shown_sets[:1] if backup_set.is_good), None)
    return last_good, sorted(holds, key=_end_of_hold)[:HOLDS_SHOWN]


def _end_of_hold(held: BackupSet) -> datetime:
    assert held.held_until is not None
    return held.held_until


def _by_restorable(members: BackupMemberQuerySet) -> list[tuple[str, int, int]]:
    """Return for each restorability the number of members, and of those whose policy is present and in care."""
    in_care = Count("pk", filter=Q(policy__missing_since=None, policy__ignored_at=None))
    rows = members.values_list("version__restorable").annotate(count=Count("pk"), in_care=in_care)
    return list(rows.order_by("version__restorable"))


def _counts(tenant: Tenant) -> dict[str, Any]:
    """Return the counts of a tenant's policies and sets, and if its newest set is good, in one query."""
    policies = Policy.everywhere.present().filter(tenant=OuterRef("pk"))
    sets = BackupSet.everywhere.kept().filter(tenant=OuterRef("pk"))
    counted = {
        "in_care": policies.in_care(),
        "ignored": policies.ignored(),
        "damaged": sets.filter(verdict="damaged"),
        "incomplete": sets.filter(state="incomplete"),
    }
    facts = {name: _number_of(rows) for name, rows in counted.items()} | {"newest_is_good": _newest_is_good()}
    return dict(Tenant.everywhere.filter(pk=tenant.pk).annotate(**facts).values(*facts).get())


def _newest_is_good() -> Subquery:
    """Return if the newest set that has ended is good; null without one. Sets of chosen policies do not count."""
    ended = BackupSet.everywhere.kept().exclude(state=SetState.BUILDING).filter(tenant=OuterRef("pk"))
    is_good = When(Q(state=SetState.COMPLETE) & ~Q(verdict=Verdict.DAMAGED), then=Value(True))
    newest = ended.filter(asked__policies=None).newest_first()
    return Subquery(newest.values_list(Case(is_good, default=Value(False)))[:1])


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    of_tenant = rows.order_by().values("tenant").annotate(number=Count("pk"))
    return Coalesce(Subquery(of_tenant.values("number")), 0)


def state_of(last_good_at: datetime | None, until: datetime | None, *, now: datetime) -> str:
    """Return the value of the `protection` badge. `until` is how long what is scheduled lets the set be recent."""
    if last_good_at is None:
        return "none"
    if now > (until or last_good_at + timedelta(hours=UNSCHEDULED_HOURS)):
        return "overdue"
    return "protected" if until else "by_hand"


@dataclass(frozen=True)
class Shown:
    """The protection of a tenant as a list shows it: its last good set and the value of the `protection` badge."""

    last_good: BackupSet | None
    state: str


def shown_of(tenants: Iterable[Any], *, now: datetime) -> Mapping[int, Shown]:
    """Return it for tenants that `with_protection` has annotated. Two queries, however many there are."""
    rows, active = list(tenants), dict[int | None, list[Schedule]]()
    for schedule in active_schedules().filter(tenant__in=[row.pk for row in rows]):
        active.setdefault(schedule.tenant_id, []).append(schedule)
    sets = BackupSet.everywhere.select_related("chain").defer("asked", "by_type", "faults")
    last_good = sets.in_bulk([row.last_good for row in rows if row.last_good])
    by_tenant = {}
    for row in rows:
        newest = last_good.get(row.last_good)
        state = _state(newest, active.get(row.pk, ()), newest_is_good=row.newest_is_good, now=now)
        by_tenant[row.pk] = Shown(newest, state)
    return by_tenant


def _state_of_tenant(tenant: Tenant, last_good: BackupSet | None, *, newest_is_good: bool | None, now: datetime) -> str:
    active = list(active_schedules().filter(tenant=tenant))
    return _state(last_good, active, newest_is_good=newest_is_good, now=now)


def _state(
    last_good: BackupSet | None, active: Sequence[Schedule], *, newest_is_good: bool | None, now: datetime
) -> str:
    """Return the value of the `protection` badge. A newest set that is not good outweighs an older good one (B2)."""
    if last_good is None:
        return "none"
    own = next((schedule for schedule in active if schedule.pk == last_good.chain.schedule_id), None)
    state = state_of(last_good.created_at, recent_until(last_good.created_at, own, active), now=now)
    return "newest_not_good" if newest_is_good is False and state != "overdue" else state


def with_protection(tenants: Any, *, now: datetime) -> Any:
    """Add the key of the last good set of each tenant, and the number of its policies in care."""
    good = BackupSet.everywhere.good().filter(tenant=OuterRef("pk"))
    policies = Policy.everywhere.present().in_care().filter(tenant=OuterRef("pk"))
    return tenants.annotate(
        has_good=Exists(good),
        last_good=Subquery(widest_first(good, now=now).values("pk")[:1]),
        policy_count=_number_of(policies),
        newest_is_good=_newest_is_good(),
    )
