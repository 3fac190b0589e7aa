"""Reading from a payload who gets the policy: groups, everybody, every device, each with its filter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from tenantpilot.graph.contracts.references import NOTHING
from tenantpilot.inventory.observing import storable

LONGEST_KEY = 200
CONDITIONAL_ACCESS = "conditionalAccessPolicy"


class TargetKind(TextChoices):
    """The kinds of targets that a policy may be assigned to."""

    GROUP = "group", _("Group")
    ALL_USERS = "all_users", _("All users")
    ALL_DEVICES = "all_devices", _("All devices")
    OTHER = "other", _("Another target")


class Mode(TextChoices):
    """The effect of an assignment on its target."""

    INCLUDE = "include", _("Included")
    EXCLUDE = "exclude", _("Excluded")


class FilterMode(TextChoices):
    """The effect of a filter on the devices that match it."""

    NONE = "none", _("No filter")
    INCLUDE = "include", _("Only matching devices")
    EXCLUDE = "exclude", _("All but matching devices")


@dataclass(frozen=True)
class Target:
    """An assignment of a policy. `group_id` and `filter_id` are in small letters, "" where there is none."""

    kind: TargetKind
    mode: Mode
    group_id: str = ""
    filter_id: str = ""
    filter_mode: FilterMode = FilterMode.NONE
    intent: str = ""

    @property
    def key(self) -> str:
        """Return the key that tells one assignment of a policy from another."""
        parts = (self.mode, self.kind, self.group_id, self.filter_mode, self.filter_id, self.intent)
        return ":".join(map(str, parts))[:LONGEST_KEY]


KINDS = {
    "groupAssignmentTarget": TargetKind.GROUP,
    "exclusionGroupAssignmentTarget": TargetKind.GROUP,
    "cloudPcManagementGroupAssignmentTarget": TargetKind.GROUP,
    "allDevicesAssignmentTarget": TargetKind.ALL_DEVICES,
    "allLicensedUsersAssignmentTarget": TargetKind.ALL_USERS,
}


def targets_in(policy_type: str, payload: Mapping[str, Any]) -> list[Target]:
    """Return the targets that the payload names, each once."""
    targets = _of_conditions(payload) if policy_type == CONDITIONAL_ACCESS else _of_assignments(payload)
    return list({target.key: target for target in targets}.values())


def _of_assignments(payload: Mapping[str, Any]) -> Iterator[Target]:
    for row in _list(payload.get("assignments")):
        target = row.get("target") if isinstance(row, Mapping) else None
        if isinstance(target, Mapping):
            yield _target(target, _word(row.get("intent")))


def _target(target: Mapping[str, Any], intent: str) -> Target:
    name = _word(target.get("@odata.type")).rpartition(".")[2]
    filter_id = _id(target.get("deviceAndAppManagementAssignmentFilterId"))
    mode = _word(target.get("deviceAndAppManagementAssignmentFilterType"))
    return Target(
        KINDS.get(name, TargetKind.OTHER),
        Mode.EXCLUDE if name.startswith("exclusion") else Mode.INCLUDE,
        _id(target.get("groupId")),
        filter_id,
        FilterMode(mode) if filter_id and mode in ("include", "exclude") else FilterMode.NONE,
        intent,
    )


def _of_conditions(payload: Mapping[str, Any]) -> Iterator[Target]:
    """Yield the targets of Conditional Access, which has no assignments: people stand in its conditions."""
    conditions = payload.get("conditions")
    users = conditions.get("users") if isinstance(conditions, Mapping) else None
    if not isinstance(users, Mapping):
        return
    if "All" in _list(users.get("includeUsers")):
        yield Target(TargetKind.ALL_USERS, Mode.INCLUDE)
    for mode in Mode:
        for group_id in map(_id, _list(users.get(f"{mode.value}Groups"))):
            if group_id:
                yield Target(TargetKind.GROUP, mode, group_id)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(value: object) -> str:
    """Return at most so much of the text as the table holds; half a surrogate pair and NUL are replaced."""
    return str(storable(value))[:64] if isinstance(value, str) else ""


def _id(value: object) -> str:
    text = _word(value).lower()
    return "" if text in NOTHING else text
