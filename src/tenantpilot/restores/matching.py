"""Finding the object of a tenant to which an item is written: by its id, else by name, type and template.

Two objects that fit are a conflict, which a person settles. Nothing here widens what was chosen.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.restores.states import Match

Payload = Mapping[str, Any]

_TEMPLATE_VERSION = re.compile(r"_\d+$")
MOVED = {"endpointSecurityIntent": "settingsCatalog"}
"""Types that Microsoft moves, and the type that they become."""


@dataclass(frozen=True)
class Finding:
    """The way in which the object was found, its id, and the ids that a person may choose among."""

    match: Match
    target_id: str = ""
    candidates: tuple[str, ...] = ()


def find_target(contract: Contract, source: Payload, live: Sequence[Payload], *, same_tenant: bool) -> Finding:
    """Return the object among `live`, which are of the item's type, that the item is written to."""
    if contract.kind is Kind.SINGLETON:
        return Finding(Match.SINGLETON, str(live[0]["id"])) if live else Finding(Match.ABSENT)
    own = [
        payload
        for payload in live
        if same_tenant and _id_of(payload) == _id_of(source) and _is_same_kind(payload, source)
    ]
    if own:
        return Finding(Match.BY_ID, str(own[0]["id"]))
    fitting = [str(payload["id"]) for payload in live if is_alike(contract, source, payload)]
    is_delivered = contract.is_delivered(source)
    if len(fitting) > 1:
        return Finding(Match.CONFLICT, candidates=tuple(fitting))
    if fitting:
        return Finding(Match.DELIVERED if is_delivered else Match.BY_NAME, fitting[0], tuple(fitting))
    return Finding(Match.ABSENT)


def is_alike(contract: Contract, source: Payload, other: Payload) -> bool:
    """Return True if type, template and name are the same; spelling of the name counts for nothing."""
    names = {normal_name(payload.get(contract.name_field)) for payload in (source, other)}
    return (
        len(names) == 1
        and "" not in names
        and _is_same_kind(source, other)
        and _template_of(source) == _template_of(other)
    )


def normal_name(name: object) -> str:
    """Return a name without what people do not see: form of letters, case, blanks at its ends and twice within."""
    text = unicodedata.normalize("NFC", name) if isinstance(name, str) else ""
    return " ".join(text.split()).casefold()


def doubled_targets(targets: Iterable[tuple[int, str, str]]) -> set[int]:
    """Return the keys of items of which several are written to one object: (key, type, id of the target)."""
    by_target: dict[tuple[str, str], list[int]] = {}
    for key, type_key, target_id in targets:
        if target_id:
            by_target.setdefault((type_key, target_id), []).append(key)
    return {key for keys in by_target.values() if len(keys) > 1 for key in keys}


def _id_of(payload: Payload) -> str:
    return str(payload.get("id", "")).lower()


def _is_same_kind(source: Payload, other: Payload) -> bool:
    """Return True if both name the same type; one that names none fits any."""
    kinds = {str(payload.get("@odata.type") or "").lstrip("#").casefold() for payload in (source, other)} - {""}
    return len(kinds) <= 1


def _template_of(payload: Payload) -> str:
    """Return the family of the template: its id without the number of its version."""
    reference = payload.get("templateReference")
    template = reference.get("templateId") if isinstance(reference, dict) else payload.get("templateId")
    return _TEMPLATE_VERSION.sub("", str(template or "")).casefold()
