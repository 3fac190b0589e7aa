"""Turning the rule of a tenant on and off. On at once; off after seven days in which any owner can undo it."""

from datetime import datetime

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.restores.audit_actions import (
    SECOND_PERSON_ENDING,
    SECOND_PERSON_ENDING_UNDONE,
    SECOND_PERSON_NEEDED,
)
from tenantpilot.restores.second_person.models import LOCK, RestoreRule
from tenantpilot.restores.second_person.people import able_people, any_untied
from tenantpilot.tenancy.models import Tenant, User

LEAST = 2


class NobodyToApprove(TenantPilotError):
    """With the rule nobody could restore: `str()` says to a person what to do first."""


def rule_of(tenant: Tenant, *, now: datetime) -> RestoreRule | None:
    """Return the rule that is in force, else None."""
    row = RestoreRule.everywhere.filter(tenant=tenant).select_related("started_by", "ended_by").first()
    return row if row is not None and row.is_in_force(now=now) else None


def needs_second_person(tenant: Tenant, *, now: datetime) -> bool:
    return rule_of(tenant, now=now) is not None


def turn_on(tenant: Tenant, *, actor: User, now: datetime) -> bool:
    """Ask for a second person from now on, or undo that this was to end. Return False if it is so already.

    Raises NobodyToApprove.
    """
    with transaction.atomic():
        Tenant.everywhere.select_for_update(no_key=True).get(pk=tenant.pk)
        rule = RestoreRule.everywhere.filter(tenant=tenant).first()
        if rule is not None and rule.ends_at is None:
            return False
        if rule is not None and rule.is_in_force(now=now):
            RestoreRule.everywhere.filter(pk=rule.pk).update(ends_at=None, ended_by=None)
            _record(SECOND_PERSON_ENDING_UNDONE, tenant, actor, now, {})
            return True
        _require_two_untied(tenant, now=now)
        facts = {"workspace_id": tenant.workspace_id, "started_by": actor, "started_at": now}
        RestoreRule.everywhere.update_or_create(tenant=tenant, defaults={**facts, "ends_at": None, "ended_by": None})
        _record(SECOND_PERSON_NEEDED, tenant, actor, now, {})
    return True


def _require_two_untied(tenant: Tenant, *, now: datetime) -> None:
    """Raises NobodyToApprove unless one of the people could approve what another one asks for."""
    people = able_people(tenant)
    if len(people) < LEAST:
        raise NobodyToApprove(
            "Only one person may approve restores. Give another one the role of a manager, and turn the rule on "
            "seven days later: who gave a person their role may not approve for them before."
        )
    if not any_untied(people, tenant, now=now):
        raise NobodyToApprove(
            "The people who may approve restores gave their roles to each other within seven days, so none of them may "
            "approve for another. Turn the rule on when these days are over."
        )


def turn_off(tenant: Tenant, *, actor: User, now: datetime) -> datetime | None:
    """End the rule in seven days, and return when; None where it is not in force. A second call changes nothing."""
    with transaction.atomic():
        Tenant.everywhere.select_for_update(no_key=True).get(pk=tenant.pk)
        rule = rule_of(tenant, now=now)
        if rule is None or rule.ends_at is not None:
            return rule.ends_at if rule else None
        ends_at = now + LOCK
        RestoreRule.everywhere.filter(pk=rule.pk).update(ends_at=ends_at, ended_by=actor)
        _record(SECOND_PERSON_ENDING, tenant, actor, now, {"ends_at": ends_at.isoformat()})
    return ends_at


def _record(action: AuditAction, tenant: Tenant, actor: User, now: datetime, after: dict[str, str]) -> None:
    audit.record(
        action,
        workspace_id=tenant.workspace_id,
        tenant_id=tenant.pk,
        actor=actor,
        after=after or None,
        at=now,
    )
