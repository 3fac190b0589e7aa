"""Names and groups behind assignments: which groups policies name, and the names that were learned later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tenantpilot.directory.models import Group
from tenantpilot.directory.names import Known, names_for_page
from tenantpilot.directory.nesting import numbers_inside
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.references import references_in
from tenantpilot.inventory.observing import is_usable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigning import TargetKind
from tenantpilot.versions.index_models import Assignment
from tenantpilot.versions.wording.assignments import Assignment as Assigned

NamesOfVersion = Mapping[str, Mapping[str, str]]


def with_later_names(
    tenant: Tenant, contract: Contract, payload: Mapping[str, Any], names: NamesOfVersion
) -> NamesOfVersion:
    """Return a version's own names, with those that the directory learned after it for ids that had none then."""
    ids = {named.graph_id.lower() for named in references_in(contract, payload)} - names.keys()
    return {**_as_names(names_for_page(tenant, ids)), **names} if ids else names


def with_directory(tenant: Tenant, assignments: Sequence[Assigned]) -> list[Assigned]:
    """Return the assignments with the rows of their groups: how many members they have, and how many groups inside."""
    ids = {assignment.group_id.lower() for assignment in assignments if is_usable(assignment.group_id)}
    if not ids:
        return list(assignments)
    rows = {row.graph_id: row for row in Group.objects.of_tenant(tenant).filter(graph_id__in=ids)}
    inside = numbers_inside(tenant, rows) if rows else {}
    return [
        _with_row(assignment, rows.get(assignment.group_id.lower()), inside.get(assignment.group_id.lower(), 0))
        for assignment in assignments
    ]


def _with_row(assignment: Assigned, row: Group | None, inside: int) -> Assigned:
    if row is None:
        return assignment
    return replace(assignment, group_pk=row.pk, members=row.member_count, groups_inside=inside)


def groups_in_use(tenant: Tenant) -> dict[str, str]:
    """Return the groups that assignments and Conditional Access name, by their ids."""
    rows = Assignment.everywhere.of_tenant(tenant).filter(kind=TargetKind.GROUP).exclude(group_id="")
    return dict.fromkeys(rows.values_list("group_id", flat=True).distinct(), "group")


def _as_names(entries: Mapping[str, Known]) -> dict[str, dict[str, str]]:
    return {graph_id: {"type": entry.kind, "name": entry.name} for graph_id, entry in entries.items() if entry.name}
