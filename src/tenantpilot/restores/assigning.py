"""The assignments that an object gets: those of the tenant, those of the version, both, or none.

Each target stands alone. Rows that come from a policy set belong to it: they are never written and never removed.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.compare.items import target_of
from tenantpilot.graph.compare.scalars import ZERO_GUID
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import FROM_POLICY_SETS
from tenantpilot.restores.options import RestoreOptions
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


def rule_for(options: RestoreOptions, *, is_new: bool, same_tenant: bool) -> Assignments:
    """Return the rule for an object: the one that a person chose, or the usual one."""
    rule = Assignments(options.assignments)
    return usual_rule(is_new=is_new, same_tenant=same_tenant) if rule is Assignments.USUAL else rule


def with_rows_to_write(
    contract: Contract, source: Mapping[str, Any], options: RestoreOptions, *, is_new: bool, same_tenant: bool
) -> dict[str, Any]:
    """Return the source with those of its assignments alone that the rule writes. No other row needs a reference."""
    rows = source.get("assignments")
    rule = rule_for(options, is_new=is_new, same_tenant=same_tenant)
    if contract.assign is None or rows is None or not _takes_rows(rule, is_new=is_new):
        return {name: value for name, value in source.items() if name != "assignments"}
    return {**source, "assignments": own_rows(rows)}


def assignments_for(rule: Assignments, source: Rows | None, live: Rows | None) -> Assigned:
    """Return the assignments that the rule gives an object. `live` is None for an object that is created."""
    if source is None or not _takes_rows(rule, is_new=live is None):
        return Assigned()
    own = own_rows(source)
    present = own_rows(live or ())
    rows = own if rule is not Assignments.MERGE else _both(own, present)
    policy_set_rows = [dict(row) for row in live or () if row.get("source") == FROM_POLICY_SETS]
    if live is None and not rows:
        return Assigned()
    return Assigned([*rows, *policy_set_rows], _warnings(rows, present))


def own_rows(rows: Rows) -> list[Row]:
    """Return copies of the rows that belong to no policy set."""
    return [copy.deepcopy(dict(row)) for row in rows if row.get("source") != FROM_POLICY_SETS]


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


def _takes_rows(rule: Assignments, *, is_new: bool) -> bool:
    """Return True if the rule writes rows of the version."""
    return rule in (Assignments.EXACT, Assignments.MERGE) or (rule is Assignments.KEEP and is_new)


def _both(source: Sequence[Row], live: Sequence[Row]) -> list[Row]:
    """Return the union by target; where both have a row for a target, that of the version."""
    targets = {target_of(row) for row in source}
    return [*source, *(row for row in live if target_of(row) not in targets)]


def _is_exclusion(row: Mapping[str, Any]) -> bool:
    target = row.get("target")
    return isinstance(target, dict) and "exclusion" in str(target.get("@odata.type", ""))
