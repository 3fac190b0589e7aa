"""Groups inside a group, however deep: what the group gets, their members get too."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tenantpilot.directory.models import Group, NestedGroup
from tenantpilot.tenancy.models import Tenant

Members = Mapping[str, list[str]]
"""The groups that are members of each group, by their ids."""


@dataclass(frozen=True)
class GroupInside:
    """A group inside another one. `between` are the groups on the shortest way to it, the outermost first."""

    group: Group
    between: tuple[Group, ...] = ()


def groups_inside(group: Group) -> list[GroupInside]:
    """Return the groups that the tenant has inside a group, the nearest first. Two queries; a circle ends."""
    ways = _ways(_members_of(group.tenant), group.graph_id)
    rows = Group.objects.of_tenant(group.tenant).present().filter(graph_id__in=ways).by_name()
    groups = {row.graph_id: row for row in rows}
    inside = [
        GroupInside(row, tuple(groups[step] for step in ways[graph_id] if step in groups))
        for graph_id, row in groups.items()
    ]
    return sorted(inside, key=lambda nested: len(nested.between))


def numbers_inside(tenant: Tenant, graph_ids: Iterable[str]) -> dict[str, int]:
    """Return the number of groups inside each of these, however deep. One query."""
    members = _members_of(tenant)
    return {graph_id: len(_ways(members, graph_id)) for graph_id in graph_ids}


def _members_of(tenant: Tenant) -> Members:
    """Return the member groups of each group. A deleted group has no members for anybody."""
    rows = NestedGroup.objects.filter(tenant=tenant, parent__deleted_at=None, parent__gone_at=None)
    members: dict[str, list[str]] = defaultdict(list)
    for parent, member in rows.order_by("pk").values_list("parent__graph_id", "member_id"):
        members[parent].append(member)
    return members


def _ways(members: Members, graph_id: str) -> dict[str, tuple[str, ...]]:
    """Return the ids between a group and each one inside it, by the id of the inner one."""
    ways: dict[str, tuple[str, ...]] = {}
    frontier: list[tuple[str, tuple[str, ...]]] = [(graph_id, ())]
    while frontier:
        further: list[tuple[str, tuple[str, ...]]] = []
        for outer, between in frontier:
            beyond = between if outer == graph_id else (*between, outer)
            for member in members.get(outer, ()):
                if member != graph_id and member not in ways:
                    ways[member] = beyond
                    further.append((member, beyond))
        frontier = further
    return ways
