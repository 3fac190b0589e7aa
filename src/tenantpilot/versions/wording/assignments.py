"""Assignments in words, with the names that stood behind the ids when the version was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.graph.compare.sentences import words_of
from tenantpilot.versions.wording.lines import Names, inner_of, named_or_unresolved, rows_of


@dataclass(frozen=True)
class Assignment:
    """A target and how it is assigned. `group_id` is empty for everybody; `filter_words` name the filter.

    `group_pk`, `members` and `groups_inside` are what the directory knows of the group. `manner` is what a target is
    included for, such as "as required"; empty where it is included or excluded alone.
    """

    target: str
    manner: str
    is_excluded: bool = False
    filter_words: str = ""
    options: str = ""
    group_id: str = ""
    group_pk: int = 0
    members: int | None = None
    groups_inside: int = 0

    @property
    def details(self) -> str:
        """Return the purpose, the filter and the schedule in one line; empty where it is included or excluded alone."""
        words = " ".join(part for part in (self.manner, self.filter_words) if part)
        return " · ".join(part for part in (words, self.options) if part)


def assignments_of(payload: Mapping[str, Any], names: Names) -> list[Assignment]:
    """Return the assignments of the policy: included targets first, by name."""
    rows = [_assignment(row, names) for row in rows_of(payload, "assignments")]
    return sorted(rows, key=lambda row: (row.is_excluded, row.target.casefold()))


def _assignment(row: Mapping[str, Any], names: Names) -> Assignment:
    target = inner_of(row, "target")
    target_type = str(target.get("@odata.type", "")).rpartition(".")[2]
    is_excluded = target_type.startswith("exclusion")
    group_id = str(target.get("groupId") or target.get("collectionId") or "")
    return Assignment(
        target=named_or_unresolved(group_id, names) if group_id else _everybody(target_type),
        manner="" if is_excluded else _manner(row),
        is_excluded=is_excluded,
        filter_words=_filter(target, names),
        options=_options(row),
        group_id=group_id,
    )


def _everybody(target_type: str) -> str:
    match target_type:
        case "allDevicesAssignmentTarget":
            return _("All devices")
        case "allLicensedUsersAssignmentTarget":
            return _("All users")
    return words_of(target_type.removesuffix("AssignmentTarget")) or _("A target without a name")


def _manner(row: Mapping[str, Any]) -> str:
    intent = row.get("intent")
    return _("as %(intent)s") % {"intent": words_of(str(intent)).lower()} if intent else ""


def _filter(target: Mapping[str, Any], names: Names) -> str:
    chosen = target.get("deviceAndAppManagementAssignmentFilterId")
    if not chosen or set(str(chosen)) <= {"0", "-"}:
        return ""
    name = named_or_unresolved(str(chosen), names)
    if target.get("deviceAndAppManagementAssignmentFilterType") == "exclude":
        return _("except for filter %(name)s") % {"name": name}
    return _("with filter %(name)s") % {"name": name}


def _options(row: Mapping[str, Any]) -> str:
    """Return the schedule of a remediation in words, "" without one."""
    schedule = row.get("runSchedule")
    if not isinstance(schedule, dict):
        return ""
    schedule_type = words_of(str(schedule.get("@odata.type", "")).rpartition(".")[2].removeprefix("deviceHealthScript"))
    parts = [
        schedule_type,
        str(schedule.get("time") or "")[:5],
        _("every %(n)s") % {"n": schedule["interval"]} if schedule.get("interval") else "",
    ]
    return ", ".join(part for part in parts if part)
