"""Reading from a payload which settings it has, and with what values: what the search by setting finds.

A setting has a key that is the same in every tenant: the id of its definition, an OMA-URI, or the type and the path
of a property. A secret has no value here, only its name.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenantpilot.graph.compare.form import secret_places
from tenantpilot.graph.compare.sentences import words_of, words_of_definition
from tenantpilot.graph.contracts.model import COMMON_STRIPPED, Contract
from tenantpilot.graph.contracts.parts import type_name_of
from tenantpilot.graph.contracts.payloads import SECRET_SETTING, is_annotation, is_mask
from tenantpilot.inventory.observing import storable
from tenantpilot.versions.index_models import LONGEST_LABEL, LONGEST_SETTING, LONGEST_TEXT
from tenantpilot.versions.states import Origin

LONGEST_READ = 1_000
"""A longer text is a script or a picture: only its hash is kept."""
DEEPEST = 12
NOT_SETTINGS = COMMON_STRIPPED | {
    "name", "displayName", "profileName", "description", "roleScopeTagIds", "roleScopeTags", "settings",
    "definitionValues", "omaSettings", "templateReference", "templateId", "priorityMetaData", "apps", "publisher",
    "largeIcon", "technologies", "platforms",
}  # fmt: skip
NO_SETTINGS = frozenset(
    {
        "group", "roleScopeTag", "assignmentFilter", "roleDefinition", "notificationTemplate", "admxFile",
        "appCategory", "deviceCategory", "mobileApp", "roleAssignment", "policySet", "brandingProfile",
        "termsAndConditions",
    }
)  # fmt: skip
"""Types that hold no settings of devices or people."""
ON_DEVICES = frozenset(
    {
        "settingsCatalog", "administrativeTemplate", "endpointSecurityIntent", "compliancePolicy", "linuxCompliance",
        "deviceConfiguration", "windowsUpdateRing", "reusableSetting",
    }
)  # fmt: skip
"""Types of which a device gets several at once, so that two values of one setting contradict each other."""


@dataclass(frozen=True)
class FoundSetting:
    """A setting with its value. `ordinal` counts the occurrences of one setting in a policy, from 1."""

    key: str
    label: str
    origin: Origin
    ordinal: int
    text: str
    value_hash: str
    is_secret: bool = False
    is_group: bool = False
    """Its value is the number of groups of settings below it, which contradicts no other number."""


@dataclass(frozen=True)
class _Raw:
    key: str
    label: str
    origin: Origin
    value: Any
    is_secret: bool = False
    is_group: bool = False


def settings_found(contract: Contract, payload: Mapping[str, Any]) -> list[FoundSetting]:
    """Return the settings of a masked payload, in the payload's order."""
    if contract.key in NO_SETTINGS:
        return []
    secrets = {(id(place.holder), place.name) for place in secret_places(contract, payload) if not place.is_open}
    uses: Counter[str] = Counter()
    return [_found(raw, uses) for raw in _Walk(contract, secrets).settings(payload)]


def _found(raw: _Raw, uses: Counter[str]) -> FoundSetting:
    key = str(storable(raw.key))[:LONGEST_SETTING]
    uses[key] += 1
    text, digest = ("", "") if raw.is_secret else (_text(raw.value), _digest(raw.value))
    label = str(storable(raw.label))[:LONGEST_LABEL]
    return FoundSetting(key, label, raw.origin, uses[key], text, digest, raw.is_secret, raw.is_group)


class _Walk:
    """Goes through a payload, and knows where its secrets stand."""

    def __init__(self, contract: Contract, secrets: set[tuple[int, str]]) -> None:
        self._contract, self._secrets = contract, secrets

    def settings(self, payload: Mapping[str, Any]) -> Iterator[_Raw]:
        for setting in _objects(payload.get("settings")):
            if isinstance(instance := setting.get("settingInstance"), dict):
                yield from self._instance(instance, 0)
            elif isinstance(setting.get("definitionId"), str):
                yield self._intent(setting)
        for value in _objects(payload.get("definitionValues")):
            yield from self._template(value)
        for row in _objects(payload.get("omaSettings")):
            yield self._oma(row)
        prefix = type_name_of(payload) or self._contract.key
        yield from self._properties(prefix, "", payload, 0)

    def _instance(self, instance: dict[str, Any], depth: int) -> Iterator[_Raw]:
        """Yield a setting of the catalog, and those below it."""
        key = instance.get("settingDefinitionId")
        if not isinstance(key, str) or depth > DEEPEST:
            return
        for name, value in instance.items():
            if name.endswith("SettingValue") and isinstance(value, dict):
                yield from self._catalog_value(key, [value], depth, is_group=name.startswith("group"))
            elif name.endswith("SettingCollectionValue") and isinstance(value, list):
                yield from self._catalog_value(key, _objects(value), depth, is_group=name.startswith("group"))

    def _catalog_value(self, key: str, values: list[dict[str, Any]], depth: int, *, is_group: bool) -> Iterator[_Raw]:
        if is_group:
            yield _Raw(key.lower(), "", Origin.CATALOG, len(values), is_group=True)
        else:
            is_secret = any(self._is_secret(value, "value") for value in values)
            plain = [_choice(key, value.get("value")) for value in values]
            yield _Raw(key.lower(), "", Origin.CATALOG, plain if len(plain) != 1 else plain[0], is_secret)
        for value in values:
            for child in _objects(value.get("children")):
                yield from self._instance(child, depth + 1)

    def _intent(self, setting: dict[str, Any]) -> _Raw:
        key = str(setting["definitionId"])
        value = setting.get("valueJson", setting.get("value"))
        is_secret = any(self._is_secret(setting, name) for name in ("valueJson", "value"))
        return _Raw(f"intent:{key}", words_of_definition(key) or key, Origin.INTENT, _parsed(value), is_secret)

    def _template(self, value: dict[str, Any]) -> Iterator[_Raw]:
        definition = value.get("definition")
        if not isinstance(definition, dict) or not isinstance(definition.get("id"), str):
            return
        key, label = f"admx:{definition['id']}", str(definition.get("displayName") or "")
        inner = [
            presentation_value.get("value", presentation_value.get("values"))
            for presentation_value in _objects(value.get("presentationValues"))
            if not self._is_secret(presentation_value, "value")
        ]
        yield _Raw(key, label, Origin.TEMPLATE, [bool(value.get("enabled")), *inner] if inner else value.get("enabled"))

    def _oma(self, row: dict[str, Any]) -> _Raw:
        uri = str(row.get("omaUri") or "?")
        return _Raw(
            f"oma:{uri}",
            str(row.get("displayName") or uri),
            Origin.OMA,
            row.get("value"),
            self._is_secret(row, "value"),
        )

    def _properties(self, prefix: str, path: str, holder: Mapping[str, Any], depth: int) -> Iterator[_Raw]:
        """Yield the properties that say anything, each leaf under its path."""
        for name, value in holder.items():
            if is_annotation(name) or name.startswith("@") or value in (None, "", [], {}):
                continue
            if not path and (name in NOT_SETTINGS or name in self._contract.stripped):
                continue
            below = f"{path}.{name}" if path else name
            if self._is_secret(holder, name):
                yield self._property(prefix, below, None, is_secret=True)
            elif isinstance(value, dict) and depth < DEEPEST:
                yield from self._properties(prefix, below, value, depth + 1)
            elif not self._holds_secret(value):
                yield self._property(prefix, below, value)
            else:
                yield self._property(prefix, below, None, is_secret=True)

    def _property(self, prefix: str, path: str, value: Any, *, is_secret: bool = False) -> _Raw:
        label = " › ".join(words_of(part) for part in path.split("."))
        return _Raw(f"{prefix}/{path}", label, Origin.PROPERTY, value, is_secret)

    def _is_secret(self, holder: Mapping[str, Any], name: str) -> bool:
        return (
            (id(holder), name) in self._secrets
            or holder.get("@odata.type") == SECRET_SETTING
            or is_mask(holder.get(name))
        )

    def _holds_secret(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(self._is_secret(value, name) or self._holds_secret(inner) for name, inner in value.items())
        return isinstance(value, list) and any(is_mask(item) or self._holds_secret(item) for item in value)


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _choice(key: str, value: Any) -> Any:
    """Return a choice without the id of its setting, which it repeats."""
    if isinstance(value, str) and value.lower().startswith(f"{key.lower()}_"):
        return value[len(key) + 1 :]
    return value


def _parsed(value: Any) -> Any:
    """Return the value that an intent writes as JSON in a text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _text(value: Any) -> str:
    """Return the value on one line, for people and for the search; "" where only its hash is of use."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = value
        case list() if not any(isinstance(item, (dict, list)) for item in value):
            text = ", ".join(_text(item) for item in value)
        case None:
            text = ""
        case _:
            text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if len(text) > LONGEST_READ else str(storable(text))[:LONGEST_TEXT]


def _digest(value: Any) -> str:
    """Return a hash that is equal for equal values, whatever the order of a list and the case of a GUID."""
    form = json.dumps(_form(value), sort_keys=True)
    return hashlib.sha256(form.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _form(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, list):
        return sorted((_form(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, dict):
        return {name: _form(inner) for name, inner in value.items() if not is_annotation(name)}
    return value


def labels_of(settings: Iterable[FoundSetting]) -> dict[str, FoundSetting]:
    """Return the first setting of each key: its label and origin name the definition."""
    labels: dict[str, FoundSetting] = {}
    for setting in settings:
        labels.setdefault(setting.key, setting)
    return labels
