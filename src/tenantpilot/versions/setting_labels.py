"""Labels of settings and of their choices, as Graph's setting definitions named them, for pages."""

from collections.abc import Iterator, Mapping
from typing import Any

from tenantpilot.inventory.observing import storable
from tenantpilot.versions.index_models import SettingDefinition
from tenantpilot.versions.wording.catalog import SettingNames

MOST = 500
"""The most settings of one policy whose names are asked for; the others are shown by their ids."""


def labels_for(workspace_id: int, payload: Mapping[str, Any]) -> SettingNames:
    """Return the known labels of the settings that the payload has, and of their categories, in one question.

    There are none for other payloads.
    """
    keys = {str(storable(key)).lower() for key in _definition_ids(payload.get("settings"))}
    if not keys:
        return SettingNames()
    rows = SettingDefinition.objects.filter(workspace=workspace_id, key__in=sorted(keys)[:MOST]).exclude(label="")
    settings: dict[str, str] = {}
    options: dict[str, str] = {}
    categories: dict[str, str] = {}
    for key, label, choices, category in rows.values_list("key", "label", "choices", "category"):
        settings[key] = label
        categories[key] = category or ""
        options |= {f"{key}_{short}".lower(): name for short, name in choices.items()}
    return SettingNames(settings, options, categories)


def _definition_ids(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _definition_ids(item)
    elif isinstance(value, dict):
        if isinstance(key := value.get("settingDefinitionId"), str):
            yield key
        for inner in value.values():
            if isinstance(inner, (dict, list)):
                yield from _definition_ids(inner)
