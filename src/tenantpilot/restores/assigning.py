"""The assignments that an object gets: those of the tenant, those of the version, both, or none.

Each target stands alone. Rows that come from a policy set belong to it: they are never written and never removed.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.compare.items import target_of
from tenantpilot.graph.compare.scalars import ZERO_GUID
from tenantpilot.graph.contracts.payloads import FROM_POLICY_SETS
from tenantpilot.restores.states import Assignments

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]

WIDE = ("allDevices", "allLicensedUsers")
ALL = ""
"""No filter narrows a row."""


@dataclass(frozen=True)
class Assigned:
    """The rows to write; None: assignments stay as they are. `warnings` are codes that a person has to accept."""

    rows: list[Row] | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()


def usual_rule(*, is_new: bool, same_tenant: bool) -> Assignments:
    """Return the rule where a person chose none."""
    if not same_tenant:
        return Assignments.NONE
    return Assignments.EXACT if is_new else Assignments.KEEP


def assignments_for(rule: Assignments, source: Rows | None, live: Rows | None) -> Assigned:
    """Return the assignments that the rule gives an object. `live` is None for an object that is created."""
    if rule is Assignments.NONE or source is None or (rule is Assignments.KEEP and live is not None):
        return Assigned()
    own = _own(source)
    present = _own(live or ())
    rows = own if rule is not Assignments.MERGE else _both(own, present)
    policy_set_rows = [dict(row) for row in live or () if row.get("source") == FROM_POLICY_SETS]
    if live is None and not rows:
        return Assigned()
    return Assigned([*rows, *policy_set_rows], _warnings(rows, present))


def has_doubled_targets(rows: Rows) -> bool:
    """Return True if two rows name one target: mapping two groups to one does that, and Graph refuses it.

    Apps are assigned to one target several times, each with an intent of its own. A row of a policy set is its own.
    """
    own = (row for row in rows if row.get("source") != FROM_POLICY_SETS)
    targets = [(target_of(row), str(row.get("intent") or "")) for row in own]
    return len(set(targets)) < len(targets)


def _warnings(rows: Rows, present: Rows) -> tuple[str, ...]:
    """Return the codes of the warnings that a person has to accept: nobody is left, or everybody is added."""
    warnings = []
    if present and not rows:
        warnings.append("unassigns_all")
    if _reaches_more(rows, present):
        warnings.append("wide_target")
    return tuple(warnings)


def groups_added(rows: Rows, present: Rows) -> frozenset[str]:
    """Return the ids, in small letters, of groups that rows include and that are not included now."""
    now_included, included = (
        {str((row.get("target") or {}).get("groupId") or "").lower() for row in some if not _is_exclusion(row)}
        for some in (present, rows)
    )
    return frozenset(included - now_included - {""})


def _reaches_more(rows: Rows, present: Rows) -> bool:
    """Return True if a row for everybody is there that was not, or that was narrowed by another filter."""
    now = {(target_of(row), _filter_of(row)) for row in present if target_of(row) in WIDE}
    wide = {(target_of(row), _filter_of(row)) for row in rows if not _is_exclusion(row) and target_of(row) in WIDE}
    return any((target, ALL) not in now and (target, chosen) not in now for target, chosen in wide)


def _filter_of(row: Mapping[str, Any]) -> str:
    """Return the filter of a row, and if it includes or excludes; ALL for none."""
    graph_id = str(row["target"].get("deviceAndAppManagementAssignmentFilterId") or "").lower()
    if graph_id in ("", ZERO_GUID):
        return ALL
    return f"{row['target'].get('deviceAndAppManagementAssignmentFilterType')}:{graph_id}"


def _own(rows: Rows) -> list[Row]:
    return [copy.deepcopy(dict(row)) for row in rows if row.get("source") != FROM_POLICY_SETS]


def _both(source: Sequence[Row], live: Sequence[Row]) -> list[Row]:
    """Return the union by target; where both have a row for a target, that of the version."""
    targets = {target_of(row) for row in source}
    return [*source, *(row for row in live if target_of(row) not in targets)]


def _is_exclusion(row: Mapping[str, Any]) -> bool:
    target = row.get("target")
    return isinstance(target, dict) and "exclusion" in str(target.get("@odata.type", ""))
