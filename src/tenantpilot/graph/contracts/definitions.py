"""Addresses of what the service itself defines: settings of the settings catalog, and templates of policies.

Source: https://learn.microsoft.com/graph/api/resources/intune-deviceconfigv2-devicemanagementconfigurationsettingdefinition
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

CATALOG = ("settingsCatalog", "linuxCompliance")
"""Types whose objects use such definitions."""
_SETTINGS = "/beta/deviceManagement/configurationSettings"
_TEMPLATES = "/beta/deviceManagement/configurationPolicyTemplates"


def definition_addresses(payload: Mapping[str, Any]) -> set[str]:
    """Return the addresses of the definitions and of the template that a policy uses."""
    addresses = {f"{_SETTINGS}/{quote(definition, safe='')}" for definition in _definitions(payload.get("settings"))}
    template = (payload.get("templateReference") or {}).get("templateId")
    return addresses | ({f"{_TEMPLATES}/{quote(str(template), safe='')}"} if template else set())


def _definitions(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = value.get("settingDefinitionId")
        below = {definition for inner in value.values() for definition in _definitions(inner)}
        return below | ({own} if isinstance(own, str) else set())
    if isinstance(value, list):
        return {definition for inner in value for definition in _definitions(inner)}
    return set()
