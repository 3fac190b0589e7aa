"""A payload as people read it: properties by name, lists folded where they are long."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.graph.compare.sentences import words_of
from tenantpilot.graph.contracts.payloads import cleaned

LONGEST_LINE = 160


@dataclass(frozen=True)
class Shown:
    """A property. `folded` is what stands behind a summary, where one line does not hold it."""

    label: str
    line: str
    folded: str = ""


def settings_of(payload: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> list[Shown]:
    """Return the properties that say anything, in Graph's order."""
    return [
        _shown(name, value, names)
        for name, value in cleaned(payload).items()
        if value not in (None, "", [], {}) and name != "id"
    ]


def _shown(name: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> Shown:
    label = words_of(name)
    if isinstance(value, list):
        line = ngettext("%(number)d entry", "%(number)d entries", len(value)) % {"number": len(value)}
        return Shown(label, line, _json(value, names))
    if isinstance(value, dict):
        return Shown(label, _("Several properties"), _json(value, names))
    line = _line(value, names)
    return Shown(label, line) if len(line) <= LONGEST_LINE else Shown(label, f"{line[:LONGEST_LINE]}…", line)


def _line(value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = str(value)
    known = names.get(text.lower())
    return f"{known['name']} ({text})" if known else text


def _json(value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """Return JSON, with the names of that time beside the ids."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    for graph_id, entry in names.items():
        text = text.replace(f'"{graph_id}"', f'"{graph_id}" ({entry["name"]})')
    return text
