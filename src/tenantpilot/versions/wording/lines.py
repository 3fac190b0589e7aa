"""The parts that a policy in words is made of, and the words for single values."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.graph.compare.sentences import REPORT_ONLY, words_of
from tenantpilot.graph.contracts.payloads import is_mask

LONGEST_LINE = 160
NAMELESS = ("@odata.type",)
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ENUMERATED = re.compile(r"[a-z]+([A-Z][a-z0-9]*)+")
"""A value that Graph chose from a list of its own."""
LENGTH = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:0S)?)?")
Names = Mapping[str, Mapping[str, str]]
"""The names that a version keeps: {id in small letters: {"type", "name"}}."""


@dataclass(frozen=True)
class Line:
    """A setting and its value. `text` is a long one, folded; `depth` says how far below another setting it stands.

    A secret has no value here: it is set, and it is not shown.
    """

    label: str
    value: str = ""
    text: str = ""
    depth: int = 0
    is_secret: bool = False
    note: str = ""


@dataclass(frozen=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


def line_of(label: str, value: Any, names: Names, *, depth: int = 0, note: str = "") -> Line:
    """Return a value on one line; a long one keeps its beginning there, and the whole of it folded."""
    if is_mask(value):
        return Line(label, depth=depth, is_secret=True, note=note)
    words = value_words(value, names)
    if len(words) <= LONGEST_LINE and "\n" not in words:
        return Line(label, words, depth=depth, note=note)
    first = words.strip().split("\n", 1)[0][:LONGEST_LINE]
    return Line(label, f"{first} …", words, depth, note=note)


def value_words(value: Any, names: Names) -> str:
    """Return a value as people read it: yes and no, names for ids, lists with commas."""
    if value is None or value in ("", [], {}):
        return _("Nothing")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list) and all(not isinstance(item, dict | list) for item in value):
        return ", ".join(value_words(item, names) for item in value)
    if isinstance(value, dict | list):
        return json.dumps(value, indent=2, ensure_ascii=False)
    text = str(value)
    if text == REPORT_ONLY:
        return _("Report-only")
    return _length(text) or (words_of(text) if ENUMERATED.fullmatch(text) else named(text, names))


def _length(text: str) -> str:
    """Return a length of time as Graph writes it, "PT12H", in words."""
    match = LENGTH.fullmatch(text)
    if match is None:
        return ""
    days, hours, minutes = (int(part or 0) for part in match.groups())
    parts = [
        ngettext("%(number)d day", "%(number)d days", days) % {"number": days} if days else "",
        ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours} if hours else "",
        ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes} if minutes else "",
    ]
    return " ".join(part for part in parts if part)


def named(graph_id: str, names: Names) -> str:
    """Return the name that stood behind the id, or the text as it is."""
    entry = names.get(graph_id.lower())
    return str(entry["name"]) if entry else graph_id


def named_or_unresolved(graph_id: str, names: Names) -> str:
    """Return the name behind an id that must have one; without it, the id and that it is not resolved."""
    entry = names.get(graph_id.lower())
    if entry:
        return str(entry["name"])
    return _("Unresolved (%(id)s)") % {"id": graph_id} if GUID.fullmatch(graph_id) else words_of(graph_id)


def lines_of(
    properties: Mapping[str, Any], names: Names, *, depth: int = 0, without: tuple[str, ...] = ()
) -> list[Line]:
    """Return the properties that say anything, those of inner objects below their heading."""
    lines: list[Line] = []
    for name, value in properties.items():
        if value not in (None, "", [], {}) and name not in (*NAMELESS, "id", *without):
            lines += property_lines(words_of(name), value, names, depth)
    return lines


def rows_of(holder: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects of a list; Graph may send any JSON, and whatever else stands there is left out."""
    value = holder.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def inner_of(holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the object below a property; an empty one where there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def decoded(text: Any) -> str | None:
    """Return the text behind base64, with its bytes as they are; None for what is no text in base64."""
    if not isinstance(text, str) or is_mask(text):
        return None
    try:
        raw = base64.b64decode(text, validate=True)
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except (binascii.Error, ValueError):
        return None


def property_lines(label: str, value: Any, names: Names, depth: int) -> list[Line]:
    """Return one property: an object has its own properties below it, a list of objects each of them."""
    if isinstance(value, dict):
        return [Line(label, depth=depth), *lines_of(value, names, depth=depth + 1)]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return _items(label, value, names, depth)
    return [line_of(label, value, names, depth=depth)]


def _items(label: str, items: list[Any], names: Names, depth: int) -> list[Line]:
    lines: list[Line] = []
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            lines += [Line(f"{label} {number}", _title(item), depth=depth), *lines_of(item, names, depth=depth + 1)]
        else:
            lines.append(line_of(f"{label} {number}", item, names, depth=depth))
    return lines


def _title(item: Mapping[str, Any]) -> str:
    """Return the item's own name, "" without one."""
    name = item.get("displayName") or item.get("name")
    return name if isinstance(name, str) else ""
