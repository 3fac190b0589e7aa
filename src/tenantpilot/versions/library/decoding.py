"""JSON as tools write it: in whatever encoding, and with lists of one element written as that element."""

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any

from tenantpilot.core.errors import ReasonedError
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.inventory.observing import MOST_NESTED

JsonObject = dict[str, Any]

LISTS = frozenset(
    {
        "assignments", "settings", "settingsDelta", "definitionValues", "presentationValues", "omaSettings",
        "scheduledActionsForRule", "scheduledActionConfigurations", "roleScopeTagIds", "roleScopeTags", "apps",
        "groupSettingCollectionValue", "choiceSettingCollectionValue", "simpleSettingCollectionValue", "children",
        "localizedNotificationMessages", "rolePermissions", "resourceActions", "allowedResourceActions",
        "notAllowedResourceActions", "targetedMobileApps", "ipRanges", "countriesAndRegions", "allowedCombinations",
        "includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles",
        "includeApplications", "excludeApplications", "includeUserActions", "includeLocations", "excludeLocations",
        "includePlatforms", "excludePlatforms", "clientAppTypes", "builtInControls", "customAuthenticationFactors",
        "termsOfUse", "userRiskLevels", "signInRiskLevels", "selectedMobileAppIds", "detectionRules",
        "requirementRules", "returnCodes", "categories", "groupTypes", "localesToInstall", "customSettings",
        "includeAuthenticationContextClassReferences", "combinationConfigurations",
    }
)  # fmt: skip
"""Properties that are lists wherever Graph has them."""


class NotJson(ValueError):
    """The file is no JSON."""


class NoNumber(ReasonedError):
    """It holds NaN, Infinity or a number that no system reads, and Python would take them."""

    reason_code = "no_number"


class NestedTooDeep(ReasonedError):
    """It holds more levels than any policy has."""

    reason_code = "nested_too_deep"


def decoded(data: bytes) -> Any:
    """Return the content of a file in UTF-8 or UTF-16, with a byte order mark or without.

    Raises NotJson, NoNumber, NestedTooDeep.
    """
    try:
        content = json.loads(_text(data), parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
    except RecursionError as error:
        raise NestedTooDeep from error
    except ValueError as error:
        raise NotJson from error
    _check_levels(content)
    return content


def with_lists(contract: Contract, payload: JsonObject) -> JsonObject:
    """Return a copy in which every property that is a list in Graph is one."""
    names = LISTS | {segment for path in _paths(contract) for segment in _list_segments(path)}
    listed: JsonObject = _mended(payload, names)
    return listed


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig")
    # JSON begins with an ASCII sign, so a zero beside it betrays UTF-16 without a mark.
    if data[1:2] == b"\0":
        return data.decode("utf-16-le")
    if data[:1] == b"\0":
        return data.decode("utf-16-be")
    return data.decode("utf-8")


def _refuse(constant: str) -> float:
    raise NoNumber(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits)


def _whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:
        # Python refuses to read thousands of digits.
        raise NoNumber from error


def _check_levels(content: Any) -> None:
    """Raises NestedTooDeep. Inventory and versions take no more levels either."""
    level = [content]
    for _number in range(MOST_NESTED + 1):
        level = [inner for holder in level for inner in _inside(holder)]
    if level:
        raise NestedTooDeep


def _inside(holder: Any) -> Iterable[Any]:
    if isinstance(holder, dict):
        return holder.values()
    return holder if isinstance(holder, list) else ()


def _paths(contract: Contract) -> list[str]:
    references = [reference.path for reference in contract.references]
    return [*references, *contract.stripped, *contract.noise, *(f"{name}[]" for name in contract.unordered)]


def _list_segments(path: str) -> list[str]:
    return [segment.removesuffix("[]") for segment in path.split(".") if segment.endswith("[]")]


def _mended(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _mended(_listed(name, inner, names), names) for name, inner in value.items()}
    return [_mended(inner, names) for inner in value] if isinstance(value, list) else value


def _listed(name: str, value: Any, names: frozenset[str]) -> Any:
    is_alone = name in names and value is not None and not isinstance(value, list)
    return [value] if is_alone else value
