"""Assignments as people read them: names in place of ids, and for an id without a name what is known of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tenantpilot.directory.models import DirectoryName, Group
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigning import FilterMode, Mode, Target, TargetKind
from tenantpilot.versions.index_models import Assignment
from tenantpilot.versions.who_gets import filter_names

ORDER = {TargetKind.ALL_USERS: 0, TargetKind.ALL_DEVICES: 1, TargetKind.GROUP: 2, TargetKind.OTHER: 3}


@dataclass(frozen=True)
class ShownAssignment:
    """An assignment. `name` is "" for a group whose name nobody knows; `group_pk` 0 where it has no page."""

    kind: str
    mode: str
    group_id: str = ""
    name: str = ""
    group_pk: int = 0
    presence: str = "present"
    filter_words: str = ""
    filter_name: str = ""
    intent: str = ""

    @property
    def is_group(self) -> bool:
        return self.kind == TargetKind.GROUP

    @property
    def kind_words(self) -> str:
        return str(TargetKind(self.kind).label)

    @property
    def mode_words(self) -> str:
        return str(Mode(self.mode).label)


def assignments_of(policy: Policy) -> list[ShownAssignment]:
    """Return the assignments of a policy by its newest version, with the names that the directory knows now."""
    rows = Assignment.objects.filter(policy=policy).order_by("pk")
    targets = [
        Target(
            TargetKind(row.kind),
            Mode(row.mode),
            row.group_id,
            row.filter_id,
            FilterMode(row.filter_mode),
            row.intent,
        )
        for row in rows
    ]
    return shown(policy.tenant, targets)


def shown(
    tenant: Tenant, targets: Iterable[Target], *, names_then: dict[str, str] | None = None
) -> list[ShownAssignment]:
    """Return the targets with names: those of the version's time where it kept any, else those of now."""
    targets = list(targets)
    ids = {target.group_id for target in targets if target.group_id}
    groups = {group.graph_id: group for group in Group.objects.of_tenant(tenant).filter(graph_id__in=ids)}
    unknown = ids - {graph_id for graph_id, group in groups.items() if group.name}
    looked_up = DirectoryName.objects.filter(tenant=tenant, graph_id__in=unknown) if unknown else ()
    names = {row.graph_id: row.name for row in looked_up}
    names |= {graph_id: group.name for graph_id, group in groups.items() if group.name} | (names_then or {})
    filters = filter_names(tenant, {target.filter_id for target in targets if target.filter_id})
    rows = [_shown(target, names, groups.get(target.group_id), filters) for target in targets]
    return sorted(rows, key=lambda row: (row.mode != Mode.INCLUDE, ORDER[TargetKind(row.kind)], row.name.casefold()))


def _shown(target: Target, names: dict[str, str], group: Group | None, filters: dict[str, str]) -> ShownAssignment:
    return ShownAssignment(
        kind=target.kind,
        mode=target.mode,
        group_id=target.group_id,
        name=names.get(target.group_id, ""),
        group_pk=group.pk if group else 0,
        presence=group.presence if group else "present",
        filter_words="" if target.filter_mode == FilterMode.NONE else str(target.filter_mode.label),
        filter_name=filters.get(target.filter_id, target.filter_id),
        intent=target.intent,
    )


def groups_in_use(tenant: Tenant) -> dict[str, str]:
    """Return the groups that assignments and Conditional Access name, by their ids."""
    rows = Assignment.everywhere.of_tenant(tenant).filter(kind=TargetKind.GROUP).exclude(group_id="")
    return dict.fromkeys(rows.values_list("group_id", flat=True).distinct(), "group")
