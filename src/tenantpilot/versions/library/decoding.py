"""JSON as tools write it: in whatever encoding, and with lists of one element written as that element."""

import json
from typing import Any

from tenantpilot.graph.contracts.model import Contract

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


def decoded(data: bytes) -> Any:
    """Return the content of a file in UTF-8 or UTF-16, with a byte order mark or without. Raises NotJson."""
    try:
        return json.loads(_text(data))
    except (ValueError, RecursionError) as error:
        raise NotJson from error


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
