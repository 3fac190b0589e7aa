"""The policies that reach the members of a group, each with the chain of reasons.

A group gets what is assigned to it and to every group that it is in, however deep. An exclusion wins, wherever in the
chain it stands. A filter is shown and not evaluated: it looks at devices, which are not known here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from tenantpilot.directory.models import Group, NestedGroup
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigning import FilterMode, Mode, TargetKind
from tenantpilot.versions.index_models import Assignment

MOST = 1_000
"""The most assignments that are looked at; the page says when there are more."""
FILTERS = "assignmentFilter"


@dataclass(frozen=True)
class GroupName:
    """A group in a chain. `pk` is 0 where the directory has no row of it."""

    graph_id: str
    name: str
    pk: int = 0


@dataclass(frozen=True)
class Why:
    """An assignment, and the way from the group to its target: the groups that lead there, the first one nearest."""

    kind: str
    mode: str
    chain: tuple[GroupName, ...] = ()
    filter_mode: str = FilterMode.NONE
    filter_name: str = ""
    intent: str = ""

    @property
    def is_direct(self) -> bool:
        return self.kind == TargetKind.GROUP and not self.chain

    @property
    def is_wide(self) -> bool:
        return self.kind in (TargetKind.ALL_USERS, TargetKind.ALL_DEVICES)

    @property
    def filter_words(self) -> str:
        """Return the effect of the filter in words, "" without one."""
        return "" if self.filter_mode == FilterMode.NONE else str(FilterMode(self.filter_mode).label)


@dataclass
class Reached:
    """A policy with all the reasons why the group gets it, or does not."""

    policy: Policy
    included: list[Why] = field(default_factory=list)
    excluded: list[Why] = field(default_factory=list)

    @property
    def is_wide(self) -> bool:
        """Return True if it comes to everybody, and to this group by no name."""
        return all(reason.is_wide for reason in self.included)


@dataclass(frozen=True)
class Gets:
    """The policies that a group gets by name, those that everybody gets, and those from which it is excluded."""

    named: list[Reached]
    wide: list[Reached]
    excluded: list[Reached]
    has_more: bool = False


def who_gets(group: Group) -> Gets:
    """Return the policies that reach the members of a group, by the newest versions in the tenant."""
    chains = _chains(group)
    wide = Q(kind__in=(TargetKind.ALL_USERS, TargetKind.ALL_DEVICES))
    named = Q(kind=TargetKind.GROUP, group_id__in=chains)
    rows = Assignment.objects.of_tenant(group.tenant).present().filter(wide | named)
    assignments = list(
        rows.select_related("policy").defer("policy__properties").order_by("policy__name", "pk")[: MOST + 1]
    )
    policies = _reached(group.tenant, assignments[:MOST], chains)
    got = [policy for policy in policies if policy.included and not policy.excluded]
    return Gets(
        named=[policy for policy in got if not policy.is_wide],
        wide=[policy for policy in got if policy.is_wide],
        excluded=[policy for policy in policies if policy.excluded],
        has_more=len(assignments) > MOST,
    )


def _reached(tenant: Tenant, rows: Iterable[Assignment], chains: dict[str, tuple[GroupName, ...]]) -> list[Reached]:
    rows = list(rows)
    filters = filter_names(tenant, {row.filter_id for row in rows if row.filter_id})
    by_policy: dict[int, Reached] = {}
    for row in rows:
        policy = by_policy.setdefault(row.policy_id, Reached(row.policy))
        name = filters.get(row.filter_id, row.filter_id)
        reason = Why(row.kind, row.mode, chains.get(row.group_id, ()), row.filter_mode, name, row.intent)
        (policy.excluded if row.mode == Mode.EXCLUDE else policy.included).append(reason)
    return list(by_policy.values())


def filter_names(tenant: Tenant, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of assignment filters by their ids, as the inventory knows them."""
    filter_ids = list(ids)
    if not filter_ids:
        return {}
    rows = Policy.objects.of_tenant(tenant).of_type(FILTERS).filter(graph_id__in=filter_ids)
    return {graph_id.lower(): name for graph_id, name in rows.values_list("graph_id", "name")}


def _chains(group: Group) -> dict[str, tuple[GroupName, ...]]:
    """Return the way to each group that the group is in, the shortest one, by its id; and "" to itself."""
    above = _groups_above(group.tenant)
    chains: dict[str, tuple[GroupName, ...]] = {group.graph_id: ()}
    frontier = [group.graph_id]
    while frontier:
        further: list[str] = []
        for member in frontier:
            for parent in above.get(member, ()):
                if parent.graph_id not in chains:
                    chains[parent.graph_id] = (*chains[member], parent)
                    further.append(parent.graph_id)
        frontier = further
    return chains


def _groups_above(tenant: Tenant) -> dict[str, list[GroupName]]:
    """Return the groups in which each group is, by the member's id. A deleted group has no members for anybody."""
    rows = NestedGroup.objects.filter(tenant=tenant, parent__deleted_at=None, parent__gone_at=None)
    columns = rows.order_by("parent__name", "pk").values_list(
        "member_id", "parent__graph_id", "parent__name", "parent_id"
    )
    above: dict[str, list[GroupName]] = defaultdict(list)
    for member, graph_id, name, pk in columns:
        above[member].append(GroupName(graph_id, name or graph_id, pk))
    return above
