"""Spell equal values the same: moments, GUIDs, flags, numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any

ZERO_GUID = "00000000-0000-0000-0000-000000000000"

# A form holds these texts in place of true, false and a mask: for Python, True equals 1.
TRUE, FALSE, MASK = "\0true", "\0false", "\0mask"

# Properties whose text is a set of flags. Source: the enumerations with IsFlags in Microsoft's published metadata.
FLAGS = frozenset(
    {
        "accessTypes", "allowedAccounts", "allowedArchitectures", "allowedCombinations", "allowedTypes",
        "applicableArchitecture", "applicableArchitectures", "applicableDeviceTypes", "appliesToCombinations",
        "brandingOptions", "certificateKeyUsage", "certificateSubjectAlternativeNameFormat",
        "configDeviceHealthMonitoringScope", "easServices", "fileVaultSelectedRecoveryKeyTypes",
        "guestOrExternalUserTypes", "hashAlgorithm", "insiderRiskLevels", "interfaceTypes", "keyUsage",
        "managedBrowser", "notificationType", "officePlatformArchitecture", "platform", "platforms", "profileTypes",
        "requirementsSatisfied", "sanType", "settingUsage", "startMenuAppListVisibility",
        "subjectAlternativeNameType", "targetedAppManagementLevels", "technologies", "transferMethods",
        "updateDelayPolicy", "updateWeeks", "visibility",
    }
)  # fmt: skip

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d*?)0*)?(Z|[+-]\d\d:\d\d)?")
_TIME_OF_DAY = re.compile(r"(\d\d:\d\d:\d\d)(?:\.(\d*?)0*)?")
_FLAGS_TEXT = re.compile(r"\w+(, ?\w+)+")


def normal_scalar(name: str, value: Any) -> Any:
    """Return the value of the property in the spelling that all spellings of it share."""
    if isinstance(value, str):
        return normal_text(name, value)
    if value is True:
        return TRUE
    if value is False:
        return FALSE
    if isinstance(value, float):
        return _number(value)
    return value


def plain(value: Any) -> Any:
    """Return the value as a person or Graph writes it, from the value in a form."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str) and value[:1] == "\0":
        return {TRUE: True, FALSE: False, MASK: "•••"}.get(value, value[1:])
    return value


def is_none(name: str, value: Any) -> bool:
    """Return True if a normal value means that nothing is there."""
    if value is None or value == [] or value == {} or value == ZERO_GUID:
        return True
    return value == "" and (name == "description" or name.endswith("Id"))


def _number(value: float) -> Any:
    if value.is_integer():
        return int(value)
    return value if isfinite(value) else f"\0{value}"


def normal_text(name: str, value: str) -> str:
    """Return the same for a text."""
    if name in FLAGS and "," in value and _FLAGS_TEXT.fullmatch(value):
        return ",".join(sorted(value.replace(" ", "").split(",")))
    if len(value) == 36 and value[8] == "-" and _GUID.fullmatch(value):
        return value.lower()
    first = value[:1]
    if "0" <= first <= "9" and len(value) >= 8:
        return _time(value)
    return "\0" + value if first == "\0" else value


def _time(value: str) -> str:
    if value[2:3] == ":":
        match = _TIME_OF_DAY.fullmatch(value)
        return match[1] + (f".{match[2]}" if match[2] else "") if match else value
    match = _MOMENT.fullmatch(value)
    if not match:
        return value
    seconds, fraction, zone = match[1], match[2], match[3] or ""
    if len(zone) > 1:
        seconds, zone = _in_utc(seconds, zone), "Z"
    return seconds + (f".{fraction}" if fraction else "") + zone


def _in_utc(seconds: str, zone: str) -> str:
    try:
        return datetime.fromisoformat(seconds + zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        return seconds + zone
