"""The switch that stops all work, of one tenant or of the installation; and how a copied database turns it by itself.

While it is on no run is taken up, whoever asks, and no slot is filled. Work under way is handed on at its next safe
point. What is queued meanwhile waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.tenancy.audit_actions import INSTALLATION_RESUMED, INSTALLATION_STOPPED, TENANT_RESUMED, TENANT_STOPPED
from tenantpilot.tenancy.database_identity import database_identity
from tenantpilot.tenancy.models import Installation, Tenant, User, Workspace

THE_ONE = 1


class StopReason(StrEnum):
    """The reason that all work of the installation is stopped."""

    BY_PERSON = "by_person"
    COPIED = "copied"


TEXTS: Mapping[StopReason, str | Promise] = {
    StopReason.BY_PERSON: _("All work of this installation was stopped. Nothing runs and no schedule starts anything."),
    StopReason.COPIED: _(
        "This database was copied or restored, so all work is stopped: another installation may be doing it. "
        "Decide which of the two goes on, and resume that one alone."
    ),
}
TENANT_TEXT = _("All work of this tenant was stopped. Nothing runs and no schedule starts anything.")


@dataclass(frozen=True)
class Stop:
    """A stop that is in force. `tenant` is None where the whole installation is stopped."""

    at: datetime
    text: str
    tenant: Tenant | None = None


def stop_of(place: Tenant | Workspace | None) -> Stop | None:
    """Return the stop that work there is under, that of the installation first. At most one query."""
    stop = installation_stop() if place is None else _brought_along(place)
    if stop is None and isinstance(place, Tenant) and place.stopped_at is not None:
        return Stop(place.stopped_at, str(TENANT_TEXT), place)
    return stop


def installation_stop() -> Stop | None:
    """Return one query."""
    row = Installation.objects.filter(pk=THE_ONE).values_list("stopped_at", "stop_reason").first()
    return _stop_of_all(*row) if row else None


def _brought_along(place: Tenant | Workspace) -> Stop | None:
    """Return the stop that `stop_of_all` read with the entry, else ask for it."""
    entry = vars(place)
    if "all_stopped_at" not in entry:
        return installation_stop()
    return _stop_of_all(entry["all_stopped_at"], entry["all_stop_reason"])


def _stop_of_all(at: datetime | None, reason: str | None) -> Stop | None:
    return Stop(at, str(TEXTS[StopReason(reason or StopReason.BY_PERSON)])) if at else None


def stop_installation(*, actor: User | None, now: datetime, reason: StopReason = StopReason.BY_PERSON) -> bool:
    """Return False if it is stopped already."""
    with transaction.atomic():
        _make_row()
        going = Installation.objects.filter(pk=THE_ONE, stopped_at=None)
        if not going.update(stopped_at=now, stop_reason=reason.value):
            return False
        _record(INSTALLATION_STOPPED, None, actor, now, reason.value)
    return True


def resume_installation(*, actor: User | None, now: datetime) -> bool:
    """Let it work again, as the database that it is in now. Return False if it was not stopped."""
    with transaction.atomic():
        stopped = Installation.objects.filter(pk=THE_ONE, stopped_at__isnull=False)
        if not stopped.update(stopped_at=None, stop_reason=None, database_identity=database_identity()):
            return False
        _record(INSTALLATION_RESUMED, None, actor, now)
    return True


def stop_tenant(tenant: Tenant, *, actor: User | None, now: datetime) -> bool:
    """Return False if it is stopped already."""
    with transaction.atomic():
        if not Tenant.everywhere.filter(pk=tenant.pk, stopped_at=None).update(stopped_at=now):
            return False
        _record(TENANT_STOPPED, tenant, actor, now)
    return True


def resume_tenant(tenant: Tenant, *, actor: User | None, now: datetime) -> bool:
    """Return False if it was not stopped, or is archived: it is brought back then."""
    with transaction.atomic():
        stopped = Tenant.everywhere.filter(pk=tenant.pk, stopped_at__isnull=False, archived_at=None)
        if not stopped.update(stopped_at=None):
            return False
        _record(TENANT_RESUMED, tenant, actor, now)
    return True


def notice_copy(*, now: datetime) -> bool:
    """Stop all work if the database is not the one that was recorded (SEC-10). Return True if this call stopped it.

    The first process of an installation records it. Asked when a process starts, and by the scheduler.
    """
    identity = database_identity()
    _make_row()
    row = Installation.objects.get(pk=THE_ONE)
    if row.database_identity == identity:
        return False
    if not row.database_identity:
        Installation.objects.filter(pk=THE_ONE, database_identity="").update(database_identity=identity)
        return False
    return stop_installation(actor=None, now=now, reason=StopReason.COPIED)


def _make_row() -> None:
    Installation.objects.bulk_create([Installation(pk=THE_ONE)], ignore_conflicts=True)


def _record(action: AuditAction, tenant: Tenant | None, actor: User | None, now: datetime, reason: str = "") -> None:
    audit.record(
        action,
        workspace_id=tenant.workspace_id if tenant else audit.INSTALLATION,
        tenant_id=tenant.pk if tenant else None,
        actor=actor,
        after={"reason": reason} if reason else None,
        at=now,
    )
