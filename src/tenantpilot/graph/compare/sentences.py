"""Differences in sentences that a person understands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.compare.differences import Difference, Kind
from tenantpilot.graph.compare.scalars import ZERO_GUID

MOST_SHOWN = 120
"""Characters of a value; a difference itself holds all of it."""

_EVERYBODY = {"allDevices": "All devices", "allLicensedUsers": "All users"}
_DEFINITION = re.compile(r"\[([^\[\]]+_[^\[\]]+)\]")
_INSIDE_SETTING = ("settingInstance", "simpleSettingValue", "choiceSettingValue", "value", "children")
_STATES = {"enabled": "on", "disabled": "off", "enabledForReportingButNotEnforced": "report-only"}
"""Words of a Conditional Access policy's state; the last one is said wherever it stands."""
REPORT_ONLY = "enabledForReportingButNotEnforced"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BRANDS = {
    "bit locker": "BitLocker", "smart screen": "SmartScreen", "one drive": "OneDrive", "wi fi": "Wi-Fi",
    "i pad os": "iPadOS", "i pad": "iPad", "i phone": "iPhone", "i os": "iOS", "mac os": "macOS",
    "one drive ngsc": "OneDrive", "microsoft edge": "Microsoft Edge", "browser signin": "Browser sign-in",
}  # fmt: skip
_SPELLINGS = {name.replace(" ", ""): spelling for name, spelling in _BRANDS.items()}
_BRAND = re.compile(rf"\b({'|'.join(_BRANDS)})\b".replace(" ", " ?"), re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Names:
    """Names for ids; a mapping may look one up when it is needed."""

    objects: Mapping[str, str] = field(default_factory=dict)
    """Groups, filters, locations, applications … of the tenant, by id in small letters."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of the settings catalog, by the id of their definition."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Choices of such settings."""


def sentence_of(difference: Difference, names: Names | None = None) -> str:
    """Return one sentence without a full stop: "Group Sales: excluded (was included)"."""
    labels = names or Names()
    if difference.path.startswith("assignments[") and difference.path.endswith("]"):
        return _of_assignment(difference, labels)
    place = _place(difference, labels)
    if difference.kind is Kind.SECRET:
        return f"{place}: another secret"
    if difference.kind is Kind.MOVED:
        return f"{place}: moved from place {difference.before} to place {difference.after}"
    before, after = (_value(difference.path, value, labels) for value in (difference.before, difference.after))
    if difference.after is None:
        return f"{place}: {before} removed" if _is_member(difference) else f"{place}: not set any more (was {before})"
    if difference.before is not None:
        return f"{place}: {after} (was {before})"
    if difference.kind is Kind.SERVICE_ADDED:
        return f"{place}: {after}, filled in by the service"
    return f"{place}: {after} added" if _is_member(difference) else f"{place}: {after} (was not set)"


def sentence_of_content(value: Difference, names: Names | None = None) -> str:
    """Return one sentence for a value of an object that is created: "Group Sales: excluded", "Description: “x”"."""
    labels = names or Names()
    if value.path.startswith("assignments["):
        return f"{_target(value.after, labels)}: {_manner(value.after, labels)}"
    return f"{_place(value, labels)}: {_shown(value.after, labels)}"


def _of_assignment(difference: Difference, names: Names) -> str:
    target = _target(difference.after or difference.before, names)
    before, after = (_manner(row, names) for row in (difference.before, difference.after))
    if difference.before is None:
        return f"{target}: {after} (was not assigned)"
    if difference.after is None:
        return f"{target}: not assigned any more (was {before})"
    if before == after:
        return f"{target}: {after}, with other options"
    return f"{target}: {after} (was {before})"


def _target(row: Mapping[str, Any], names: Names) -> str:
    target = row.get("target") or {}
    if group := target.get("groupId") or target.get("collectionId"):
        return f"Group {names.objects.get(group) or group}"
    target_type = str(target.get("@odata.type", "")).rpartition(".")[2].removesuffix("AssignmentTarget")
    return _EVERYBODY.get(target_type, words_of(target_type) or "A target without a name")


def _manner(row: Mapping[str, Any] | None, names: Names) -> str:
    """Return the way in which a target is assigned: excluded, included as required with the filter X."""
    if row is None:
        return ""
    target = row.get("target") or {}
    if "exclusion" in str(target.get("@odata.type", "")):
        return "excluded"
    manner = "included"
    if row.get("intent"):
        manner += f" as {words_of(str(row['intent'])).lower()}"
    if chosen := target.get("deviceAndAppManagementAssignmentFilterId"):
        mode = "except for" if target.get("deviceAndAppManagementAssignmentFilterType") == "exclude" else "with"
        manner += f" {mode} filter {names.objects.get(chosen) or chosen}"
    return manner


def _place(difference: Difference, names: Names) -> str:
    """Return the setting, else the property; with the name of the list's item around it."""
    path = difference.path.removesuffix("]") if _is_member(difference) else difference.path
    definitions = _DEFINITION.findall(difference.path)
    place = _setting(path, definitions[-1], names) if definitions else _property(path)
    return f"{place} of {_quoted(difference.label)}" if difference.label and difference.label not in place else place


def _setting(path: str, definition: str, names: Names) -> str:
    setting = f"Setting {names.settings.get(definition) or definition}"
    below = path.rpartition(f"[{definition}]")[2].rpartition("[")[0] or path.rpartition(f"[{definition}]")[2]
    further = [name for name in re.split(r"[.\[\]]+", below) if name and name not in _INSIDE_SETTING]
    words = [words_of(name).lower() for name in further if not name.isdigit() and not name.endswith("CollectionValue")]
    return f"{setting}, {' '.join(words)}" if words else setting


def _property(path: str) -> str:
    """ "Conditions: users: include groups" of "conditions.users.includeGroups["x"]"."""
    bare = re.sub(r"\[[^\[\]]*(\]|$)", "", path)
    parts = [words_of(name) for name in bare.split(".") if name]
    return ": ".join([parts[0], *(part.lower() for part in parts[1:])]) if parts else "The object"


def _is_member(difference: Difference) -> bool:
    """Return True if an item of a list came or went."""
    return difference.path.endswith("]") and None in (difference.before, difference.after)


def _value(path: str, value: Any, names: Names) -> str:
    """Return a value in words: a state has words of its own."""
    is_state = isinstance(value, str) and (path == "state" or value == REPORT_ONLY)
    return _STATES.get(value, "") or _shown(value, names) if is_state else _shown(value, names)


def _shown(value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _cut(names.options.get(value) or _of_id(value, names) or _quoted(value))
    if isinstance(value, list):
        return _cut(", ".join(_shown(item, names) for item in value)) or "nothing"
    if isinstance(value, dict):
        inner = {
            name: inner_value
            for name, inner_value in value.items()
            if name not in ("@odata.type", "settingDefinitionId")
        }
        only = next(iter(inner.values())) if len(inner) == 1 else None
        return _shown(only, names) if only is not None else _cut(json.dumps(inner, ensure_ascii=False))
    return "nothing" if value is None else str(value)


def _of_id(value: str, names: Names) -> str:
    if value == ZERO_GUID:
        return "nothing"
    return names.objects.get(value, "") if _ID.fullmatch(value) else ""


def _quoted(text: str) -> str:
    return f"“{_cut(text)}”"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def words_of(name: str) -> str:
    """ "Include groups" of "includeGroups"."""
    parts = _WORD.findall(name.removeprefix("@odata."))
    text = " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)
    return with_brands(text[:1].upper() + text[1:])


def with_brands(text: str) -> str:
    """ "BitLocker" of "Bitlocker" and of "Bit locker": brands stand as their owners write them."""
    return _BRAND.sub(lambda match: _SPELLINGS[match[0].lower().replace(" ", "")], text)


def words_of_definition(definition_id: str) -> str:
    """ "Require device encryption" of "…--bitLocker_requireDeviceEncryption"; a number at the end is no name."""
    beginning, _line, name = definition_id.rpartition("_")
    if name.isdecimal() and beginning:
        return f"{words_of_definition(beginning)} {name}"
    return words_of(name)
