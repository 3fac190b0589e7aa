"""The people who may approve a restore of others."""

from collections.abc import Sequence
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
    tenant, hands = restore.tenant, hands_on(restore) | {requested_by.pk}
    hands |= people_in_the_hands_of(requested_by, tenant, now=now)
    hands |= people_with_a_hand_on(requested_by, tenant, now=now)
    return [person for person in able_people(restore.tenant) if person.pk not in hands]


def hands_on(restore: RestoreRun) -> set[int]:
    """Return the keys of the people who prepared the restore."""
    editors = RestoreEditor.everywhere.filter(restore_run=restore.pk).values_list("user", flat=True)
    return {restore.created_by_id, *editors}


def people_in_the_hands_of(requested_by: User, tenant: Tenant, *, now: datetime) -> set[int]:
    """Return the keys of those to whom the requester gave a role, or a way into the account, within seven days.

    So did those who got theirs from them. Otherwise an owner could add a person of their own, and approve with it.
    """
    return _reached_from(requested_by.pk, _gifts(tenant, now=now))


def people_with_a_hand_on(requested_by: User, tenant: Tenant, *, now: datetime) -> set[int]:
    """Return the keys of those from whom the requester got a role or a way in, directly or through others.

    Otherwise an owner could add a person of their own, ask with it, and approve.
    """
    return _reached_from(requested_by.pk, [(person, giver) for giver, person in _gifts(tenant, now=now)])


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


def _reached_from(person: int, pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Return the keys that the pairs lead to from this one, also through others."""
    people, frontier = set[int](), {person}
    while frontier:
        frontier = {to for start, to in pairs if start in frontier} - people
        people |= frontier
    return people - {person}
