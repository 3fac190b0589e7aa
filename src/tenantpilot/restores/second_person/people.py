"""The people who may approve a restore of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tenantpilot.audit.models import AuditLog
from tenantpilot.audit.services import INSTALLATION
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.second_person.models import LOCK, RestoreEditor
from tenantpilot.tenancy.audit_actions import PERSON_RECOVERY_LINK_MADE, TENANT_ROLE_SET, WORKSPACE_ROLE_SET
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, TenantMember, User, WorkspaceMember
from tenantpilot.tenancy.roles import roles_with

GIVES_POWER_OVER = (PERSON_RECOVERY_LINK_MADE, TENANT_ROLE_SET, WORKSPACE_ROLE_SET)
"""What a person does to let another one in, or to come in as another one."""


def able_people(tenant: Tenant) -> list[User]:
    """Return the active people who may approve restores of the tenant, by name."""
    roles = roles_with(Capability.RESTORE_APPROVE)
    direct = TenantMember.everywhere.filter(tenant=tenant, role__in=roles).values("user")
    through = WorkspaceMember.everywhere.filter(workspace=tenant.workspace_id, role__in=roles).values("user")
    people = User.objects.filter(Q(pk__in=direct) | Q(pk__in=through), is_active=True)
    return list(people.order_by("display_name", "pk"))


def possible_approvers(restore: RestoreRun, requested_by: User, *, now: datetime) -> list[User]:
    """Return the people who may approve the restore: none who prepared it or asked for it, or is tied to who asked."""
    ties = ties_of(requested_by, restore.tenant, now=now)
    hands = hands_on(restore) | {requested_by.pk} | ties.receivers | ties.givers
    return [person for person in able_people(restore.tenant) if person.pk not in hands]


def hands_on(restore: RestoreRun) -> set[int]:
    """Return the keys of the people who prepared the restore."""
    editors = RestoreEditor.everywhere.filter(restore_run=restore.pk).values_list("user", flat=True)
    return {restore.created_by_id, *editors}


@dataclass(frozen=True)
class Ties:
    """The people to whom a person gave a role, or a way into the account, within seven days, and those who gave it.

    Each also through others. Otherwise an owner could add a person of their own, and ask or approve with it.
    """

    receivers: frozenset[int]
    givers: frozenset[int]


def ties_of(person: User, tenant: Tenant, *, now: datetime) -> Ties:
    """Return the ties of a person to others of the tenant, by their keys."""
    return _ties_by(_gifts(tenant, now=now), person)


def _ties_by(gifts: Sequence[tuple[int, int]], person: User) -> Ties:
    return Ties(_reached_from(person.pk, gifts), _reached_from(person.pk, [(to, giver) for giver, to in gifts]))


def any_untied(people: Sequence[User], tenant: Tenant, *, now: datetime) -> bool:
    """Return True if two of these people are not tied to each other."""
    keys, gifts = {person.pk for person in people}, _gifts(tenant, now=now)
    ties_by_key = {person.pk: _ties_by(gifts, person) for person in people}
    return any(keys - {key} - ties.receivers - ties.givers for key, ties in ties_by_key.items())


def _gifts(tenant: Tenant, *, now: datetime) -> list[tuple[int, int]]:
    """Return the givers and receivers of a role, or of a way into an account, within seven days."""
    entries = AuditLog.objects.filter(
        workspace_id__in=[tenant.workspace_id, INSTALLATION],
        at__gt=now - LOCK,
        target_type="person",
        action__in=[str(action) for action in GIVES_POWER_OVER],
    )
    pairs = entries.values_list("actor_id", "target_id").distinct()
    return [(giver, int(key)) for giver, key in pairs if giver is not None and key.isdecimal()]


def _reached_from(person: int, pairs: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return the keys that the pairs lead to from this one, also through others."""
    people, frontier = set[int](), {person}
    while frontier:
        frontier = {to for start, to in pairs if start in frontier} - people
        people |= frontier
    return frozenset(people - {person})
