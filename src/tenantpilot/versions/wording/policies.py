"""A whole policy in words: what its type is made for first, then all else that it says."""

import copy
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.graph.compare.form import secret_places
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import cleaned
from tenantpilot.versions.wording.access import access_lines, location_lines
from tenantpilot.versions.wording.catalog import SettingNames, catalog_sections, intent_lines
from tenantpilot.versions.wording.lines import Line, Names, Section, lines_of
from tenantpilot.versions.wording.scripts import FILES, file_lines, oma_lines, template_lines

HIDDEN = "****"
SHOWN_APART = (
    "assignments",
    "displayName",
    "name",
    "description",
    "createdDateTime",
    "lastModifiedDateTime",
    "modifiedDateTime",
    "roleScopeTagIds",
    "version",
    "isAssigned",
    "settingCount",
    "supportsScopeTags",
    "creationSource",
    "templateReference",
    "priorityMetaData",
    "deletedDateTime",
    *FILES,
)
"""What the page says elsewhere, or what Graph notes for itself."""
CATALOG = ("settingsCatalog", "linuxCompliance")


def sections_of(
    contract: Contract, payload: Mapping[str, Any], names: Names, labels: SettingNames | None = None
) -> list[Section]:
    """Return the policy in words. No secret is among them, neither in plain nor as Graph masks it."""
    hidden = without_secrets(contract, payload)
    parts = [
        (_("Conditions and controls"), _access(contract.key, hidden, names)),
        *_settings(contract.key, hidden, names, labels or SettingNames()),
        (_("OMA-URI settings"), oma_lines(hidden, names)),
        (_("Files"), file_lines(hidden)),
    ]
    own = [Section(title, tuple(lines)) for title, lines in parts if lines]
    rest = [] if contract.key in ("conditionalAccessPolicy", "namedLocation") else _rest(hidden, names)
    title = _("Further properties") if own else _("Properties")
    return [*own, Section(title, tuple(rest))] if rest else own


def scope_tags_of(payload: Mapping[str, Any], names: Names) -> list[str]:
    """Return the names of the scope tags; the default one has the same id everywhere."""
    ids = payload.get("roleScopeTagIds")
    tags = [str(tag) for tag in ids] if isinstance(ids, list) else []
    return [str(names[tag]["name"]) if tag in names else _("Default") if tag == "0" else tag for tag in tags]


def _access(key: str, payload: Mapping[str, Any], names: Names) -> list[Line]:
    match key:
        case "conditionalAccessPolicy":
            return access_lines(payload, names)
        case "namedLocation":
            return location_lines(payload, names)
    return []


def _settings(key: str, payload: Mapping[str, Any], names: Names, labels: SettingNames) -> list[tuple[str, list[Line]]]:
    if key in CATALOG:
        return catalog_sections(payload, names, labels)
    if key == "endpointSecurityIntent":
        return [(_("Settings"), intent_lines(payload, names))]
    return [(_("Settings"), template_lines(payload, names))] if key == "administrativeTemplate" else []


def _rest(payload: Mapping[str, Any], names: Names) -> list[Line]:
    handled_keys = (*SHOWN_APART, "omaSettings", "definitionValues")
    without = (*handled_keys, "settings") if "settings" in payload and _is_told_as_settings(payload) else handled_keys
    return lines_of(payload, names, without=without)


def _is_told_as_settings(payload: Mapping[str, Any]) -> bool:
    rows = payload["settings"]
    return isinstance(rows, list) and any(
        isinstance(row, dict) and {"settingInstance", "valueJson"} & row.keys() for row in rows
    )


def without_secrets(contract: Contract, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy in which every secret is hidden, with what Graph says about its own answers left out."""
    hidden: dict[str, Any] = copy.deepcopy(cleaned(dict(payload)))
    for place in list(secret_places(contract, hidden)):
        if place.value not in ("", None) and not place.is_open:
            place.holder[place.name] = HIDDEN
    return hidden
