"""Administrative templates, OMA-URI and files in words: each shown as what it is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.graph.compare.sentences import words_of
from tenantpilot.graph.contracts.payloads import is_mask
from tenantpilot.versions.wording.lines import Line, Names, decoded, inner_of, line_of, rows_of

FILES = (
    "scriptContent", "detectionScriptContent", "remediationScriptContent", "payload", "payloadXml", "content",
    "fileContent", "encodedSettingXml", "roamingSettingsXml", "rulesContent",
)  # fmt: skip
"""Properties that hold a file in base64."""


def template_lines(payload: Mapping[str, Any], names: Names) -> list[Line]:
    """Return the policies of an administrative template, with what each asks for below it."""
    lines: list[Line] = []
    for row in rows_of(payload, "definitionValues"):
        definition = inner_of(row, "definition")
        lines.append(_template(row, definition))
        for presentation in rows_of(row, "presentationValues"):
            label = inner_of(presentation, "presentation").get("label") or _("Value")
            value = presentation.get("value", presentation.get("values"))
            lines.append(line_of(str(label).strip(), _pairs(value), names, depth=1))
    return lines


def oma_lines(payload: Mapping[str, Any], names: Names) -> list[Line]:
    """Return the OMA-URI settings: the name and the value, with the address and the kind of value beside them."""
    return [_oma(row, names) for row in rows_of(payload, "omaSettings")]


def file_lines(payload: Mapping[str, Any]) -> list[Line]:
    """Return the files that stand in the payload: scripts, profiles, XML, as text."""
    return [_file(name, payload[name]) for name in FILES if isinstance(payload.get(name), str) and payload[name]]


def _template(row: Mapping[str, Any], definition: Mapping[str, Any]) -> Line:
    label = str(definition.get("displayName") or definition.get("id") or _("A policy without a name"))
    place = str(definition.get("categoryPath") or "").strip("\\").replace("\\", " › ")
    scope = {"machine": _("Computer"), "user": _("User")}.get(str(definition.get("classType")), "")
    note = " · ".join(part for part in (scope, place) if part)
    return Line(label, _("Enabled") if row.get("enabled") else _("Disabled"), note=note)


def _oma(row: Mapping[str, Any], names: Names) -> Line:
    uri = str(row.get("omaUri") or "")
    label = str(row.get("displayName") or uri)
    value_type = str(row.get("@odata.type", "")).rpartition(".")[2].removeprefix("omaSetting")
    note = " · ".join(part for part in (uri, words_of(value_type)) if part)
    value = row.get("value")
    if row.get("isEncrypted") or is_mask(value):
        return Line(label, is_secret=True, note=note)
    text = decoded(value) if value_type in ("Base64", "StringXml") else None
    return line_of(label, value if text is None else text, names, note=note)


def _file(name: str, content: str) -> Line:
    label = words_of(name)
    if is_mask(content):
        return Line(label, is_secret=True)
    text = decoded(content)
    if text is None:
        return Line(label, _("%(number)d bytes that are no text") % {"number": len(content) * 3 // 4})
    lines = text.count("\n") + 1
    return Line(label, _("%(number)d lines") % {"number": lines} if lines > 1 else text[:80], text)


def _pairs(value: Any) -> Any:
    """Return a list of names and values as lines of text."""
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        return "\n".join(" = ".join(str(part) for part in (row["name"], row.get("value")) if part) for row in value)
    return value
