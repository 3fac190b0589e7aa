"""Reducing Graph's objects to what inventory keeps, in a form that every database takes.

Graph may send any JSON. What no column holds costs its own object and no other: a half surrogate or a NUL is replaced,
and an object with an impossible id or a bottomless value is unusable, by its name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.visible import visible_name
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.broken import BrokenObject
from tenantpilot.inventory.platforms import platform_of
from tenantpilot.inventory.recording import Observation

LONGEST_ID = 128
LONGEST_NAME = 512
MOST_NESTED = 64
USABLE_ID = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_ID}}}")
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"


class ObjectUnusable(ReasonedError):
    """No database can hold the object as Graph sends it."""

    reason_code = "object_unusable"


@dataclass(frozen=True)
class ObservedType:
    """The observed objects of one type."""

    observations: Sequence[Observation] = ()
    broken: Sequence[BrokenObject] = field(default=())


def observe_all(contract: Contract, items: Sequence[Mapping[str, Any]]) -> ObservedType:
    """Observe each object by itself, so that one that is broken costs no other."""
    observations: list[Observation] = []
    broken: list[BrokenObject] = []
    for item in items:
        try:
            observations.append(observe(contract, item))
        except ObjectUnusable as error:
            broken.append(BrokenObject(str(item["id"]), name_of(contract, item), error))
    return ObservedType(observations, broken)


def observe(contract: Contract, item: Mapping[str, Any]) -> Observation:
    """Return the fields of one of Graph's objects that inventory keeps. Raises ObjectUnusable."""
    policy_type = catalogue.get(contract.key)
    return Observation(
        graph_id=_usable_id(item["id"]),
        name=name_of(contract, item),
        description=_text(item.get("description")),
        platform=platform_of(item, policy_type).value,
        last_modified_at=_time(item.get(contract.modified_field)),
        properties={name: storable(value) for name, value in contract.kept_of(item).items()},
    )


def name_of(contract: Contract, item: Mapping[str, Any]) -> str:
    """Return the name as the inventory shows it; the type's where Graph gives none."""
    return visible_name(_text(item.get(contract.name_field))) or catalogue.label_of(contract.key)


def storable(value: Any, depth: int = 0) -> Any:
    """Return JSON with replacements for what no database stores. Raises ObjectUnusable if it is too deep."""
    if depth > MOST_NESTED:
        raise ObjectUnusable
    match value:
        case str():
            return _storable_text(value)
        case dict():
            return {_storable_text(name): storable(inner, depth + 1) for name, inner in value.items()}
        case list():
            return [storable(inner, depth + 1) for inner in value]
        case _:
            return value


def is_usable(graph_id: str) -> bool:
    """Return True for an id that a column holds and an address takes."""
    return bool(USABLE_ID.fullmatch(graph_id))


def _usable_id(graph_id: object) -> str:
    if not isinstance(graph_id, str) or not is_usable(graph_id):
        raise ObjectUnusable
    return graph_id


def _storable_text(text: str) -> str:
    return NOT_STORABLE.sub(REPLACEMENT, text)


def _text(value: object) -> str:
    """At most what a name may have; a value that is no text says nothing."""
    return shortened(_storable_text(value), LONGEST_NAME) if isinstance(value, str) else ""


def shortened(text: str, longest: int) -> str:
    """Return the text; one that is too long is cut, which its last sign says."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _time(value: object) -> datetime | None:
    """Graph writes year 1 for "never", and 9999 for "always"; near both ends a zone leads out of the calendar."""
    try:
        parsed = parse_datetime(value) if isinstance(value, str) else None
        moment = parsed.astimezone(UTC) if parsed and is_aware(parsed) else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and 1 < moment.year < 9999 else None
