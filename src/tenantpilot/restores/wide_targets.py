"""Warning of assignments that reach many people or devices at once."""

from collections.abc import Sequence

from tenantpilot.directory.models import Group
from tenantpilot.inventory.observing import is_usable
from tenantpilot.restores.assigning import groups_added
from tenantpilot.restores.ordering import Subject
from tenantpilot.restores.states import CREATE_OR_UPDATE
from tenantpilot.tenancy.models import Tenant

MANY_MEMBERS = 1_000


def warn_of_large_groups(tenant: Tenant, subjects: Sequence[Subject]) -> None:
    """Warn of a new assignment to a group that is known to have many members."""
    writing = [subject for subject in subjects if subject.plan.action in CREATE_OR_UPDATE]
    added = {subject.item.pk: _added(subject) for subject in writing}
    groups = {group for of_one in added.values() for group in of_one if is_usable(group)}
    if not groups:
        return
    rows = Group.everywhere.filter(tenant=tenant, graph_id__in=groups, member_count__gt=MANY_MEMBERS)
    large = set(rows.values_list("graph_id", flat=True))
    for subject in writing:
        if large & added[subject.item.pk]:
            subject.warn("large_group")


def _added(subject: Subject) -> frozenset[str]:
    present = (subject.live or {}).get("assignments") or ()
    return groups_added(subject.plan.payload.get("assignments") or (), present)
