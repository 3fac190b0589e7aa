"""Settings of the settings catalog and of intents in words: by their definitions where those are known, else by ids."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.graph.compare.sentences import with_brands, words_of_definition
from tenantpilot.graph.contracts.payloads import SECRET_SETTING
from tenantpilot.versions.wording.lines import Line, Names, inner_of, line_of, property_lines, rows_of

BEGINNINGS = (
    "device_vendor_msft_policy_config_",
    "user_vendor_msft_policy_config_",
    "device_vendor_msft_",
    "user_vendor_msft_",
    "vendor_msft_",
)
OF_ADMX = "~policy~"
VERSION_OF_ADMX = re.compile(r"v\d+(\.\d+)*$")
VALUES = ("simpleSettingValue", "simpleSettingCollectionValue", "choiceSettingValue", "choiceSettingCollectionValue")
GROUPS = ("groupSettingValue", "groupSettingCollectionValue")


@dataclass(frozen=True)
class SettingNames:
    """Labels of settings, of their choices and categories, by the ids of Graph's definitions in small letters."""

    settings: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)

    def with_those_of(self, payload: Mapping[str, Any]) -> "SettingNames":
        """Return the same with the names of the definitions that the payload itself carries."""
        settings, options = dict(self.settings), dict(self.options)
        for definition in _definitions(payload):
            settings[str(definition.get("id", "")).lower()] = str(definition.get("displayName") or "")
            for option in rows_of(definition, "options"):
                options[str(option.get("itemId", "")).lower()] = str(option.get("displayName") or "")
        return SettingNames(settings, options, self.categories)

    def category(self, definition_id: str) -> str:
        """Return the name of the category of a setting; without one, the area that its id names."""
        return self.categories.get(definition_id.lower()) or readable(definition_id).partition(" › ")[0]

    def setting(self, definition_id: str) -> str:
        return self.settings.get(definition_id.lower()) or readable(definition_id)

    def option(self, item_id: str, definition_id: str) -> str:
        """Return the label of a choice; without one, what its id says beyond the id of its setting."""
        return self.options.get(item_id.lower()) or item_id.removeprefix(f"{definition_id}_").replace("_", " ")


def definition_ids(value: Any) -> set[str]:
    """Return the ids of all definitions of settings that stand anywhere in the payload."""
    if isinstance(value, list):
        return {key for item in value for key in definition_ids(item)}
    if not isinstance(value, dict):
        return set()
    own = value.get("settingDefinitionId")
    inner = {key for item in value.values() if isinstance(item, dict | list) for key in definition_ids(item)}
    return inner | {own} if isinstance(own, str) else inner


def readable(definition_id: str) -> str:
    """ "System › allowtelemetry" of "device_vendor_msft_policy_config_system_allowtelemetry"."""
    beginning = next((prefix for prefix in BEGINNINGS if definition_id.lower().startswith(prefix)), "")
    area, rest = _area_and_rest(definition_id[len(beginning) :])
    title = with_brands(f"{area[:1].upper()}{area[1:]}".replace("_", " "))
    return f"{title} › {with_brands(rest.replace('_', ' '))}" if rest else title or definition_id


def _area_and_rest(name: str) -> tuple[str, str]:
    """Return both parts of an id. One of an ADMX file says its area twice: "onedrivengscv2~policy~onedrivengsc_…"."""
    area, is_of_admx, path = name.partition(OF_ADMX)
    if not is_of_admx:
        area, _line, rest = name.partition("_")
        return area, rest
    area = VERSION_OF_ADMX.sub("", area)
    return area, path.rpartition("~")[2].removeprefix(f"{area}_")


def catalog_sections(payload: Mapping[str, Any], names: Names, labels: SettingNames) -> list[tuple[str, list[Line]]]:
    """Return the settings of a settings catalog policy under the names of their categories, in the payload's order.

    Those of groups stand below them. Before Graph named any category, all stand under one heading.
    """
    setting_names = labels.with_those_of(payload)
    sections: dict[str, list[Line]] = {}
    for instance in (inner_of(setting, "settingInstance") for setting in rows_of(payload, "settings")):
        if instance:
            title = (
                setting_names.category(str(instance.get("settingDefinitionId", "")))
                if any(setting_names.categories.values())
                else ""
            )
            sections.setdefault(title or _("Settings"), []).extend(_instance(instance, names, setting_names, 0))
    return list(sections.items())


def intent_lines(payload: Mapping[str, Any], names: Names) -> list[Line]:
    """Return the settings of an intent, whose values are JSON in text."""
    settings = rows_of(payload, "settings")
    return [
        line
        for setting in settings
        for line in property_lines(_intent_label(setting), _json(setting.get("valueJson")), names, 0)
    ]


def _instance(instance: Mapping[str, Any], names: Names, labels: SettingNames, depth: int) -> list[Line]:
    definition = str(instance.get("settingDefinitionId", ""))
    label = labels.setting(definition)
    lines = [
        line
        for key in VALUES
        if key in instance
        for line in _values(label, definition, instance[key], names, labels, depth)
    ]
    for key in GROUPS:
        lines += _groups(label, _as_list(instance.get(key)), names, labels, depth)
    return lines or [Line(label, depth=depth)]


def _values(label: str, definition: str, value: Any, names: Names, labels: SettingNames, depth: int) -> list[Line]:
    values = [item for item in _as_list(value) if isinstance(item, dict)]
    if any(item.get("@odata.type") == SECRET_SETTING for item in values):
        return [Line(label, depth=depth, is_secret=True)]
    texts = [
        labels.option(str(item.get("value")), definition) if _is_choice(item) else item.get("value") for item in values
    ]
    lines = [line_of(label, texts[0] if len(texts) == 1 else texts, names, depth=depth)]
    for item in values:
        for child in rows_of(item, "children"):
            lines += _instance(child, names, labels, depth + 1)
    return lines


def _groups(label: str, groups: list[Any], names: Names, labels: SettingNames, depth: int) -> list[Line]:
    lines: list[Line] = []
    for number, group in enumerate(groups, start=1):
        title = f"{label} {number}" if len(groups) > 1 else label
        lines.append(Line(title, depth=depth))
        for child in rows_of(group, "children") if isinstance(group, dict) else ():
            lines += _instance(child, names, labels, depth + 1)
    return lines


def _is_choice(item: Mapping[str, Any]) -> bool:
    return "children" in item and isinstance(item.get("value"), str)


def _definitions(payload: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for setting in rows_of(payload, "settings"):
        yield from rows_of(setting, "settingDefinitions")


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _intent_label(setting: Mapping[str, Any]) -> str:
    definition = str(setting.get("definitionId", ""))
    return words_of_definition(definition) or definition or _("A setting without a name")


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
