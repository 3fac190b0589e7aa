"""The comparer that came before, kept to be measured against: one normal form, for comparing and hashing.

Two payloads are equal here when they mean the same configuration. What Graph keeps for itself, what it
annotates, the order of sets and empty values do not count; everything else does, unknown properties included.
Secrets are told apart by digests and never shown; one that Graph masked is equal to any. A normal form is for
comparing, not for keeping.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts import paths
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import IN_ASSIGNMENTS, SECRET_SETTING, cleaned, is_mask

SECRET = "•••"

_ALWAYS_UNORDERED = frozenset(
    {"assignments", "roleScopeTagIds", "roleScopeTags", "localizedNotificationMessages", "scheduledActionsForRule"}
)
_KEYS = ("settingDefinitionId", "omaUri", "locale", "id", "displayName")
"""Properties that tell the items of a list apart, the most telling first."""
_TRAILING_ZEROS = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\d\d:\d\d:\d\d)(?:\.(\d*?)0*)?(Z?)$")
_NO_FILTER = {
    "deviceAndAppManagementAssignmentFilterType": "none",
    "deviceAndAppManagementAssignmentFilterId": "00000000-0000-0000-0000-000000000000",
}


@dataclass(frozen=True)
class Difference:
    """One place where two payloads differ; None where one has nothing."""

    path: str
    before: Any
    after: Any


def normalize(contract: Contract, payload: Mapping[str, Any]) -> JsonObject:
    """The payload in its normal form. The payload itself stays as it is."""
    form: JsonObject = cleaned(payload)  # a copy
    paths.walk(form, lambda inner: _hide_secrets(contract, inner))
    for path in contract.meaningless:
        paths.remove(form, path)
    _forget_own_type(contract, form)
    _tidy_assignments(form)
    normal = _normal(form, frozenset(contract.unordered) | _ALWAYS_UNORDERED)
    return normal if isinstance(normal, dict) else {}


def content_hash(contract: Contract, payload: Mapping[str, Any]) -> str:
    """The same for payloads that mean the same, in hexadecimal."""
    return hashlib.sha256(canonical(normalize(contract, payload)).encode()).hexdigest()


def differences(contract: Contract, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Where two payloads differ in meaning, in the order of their paths."""
    found = _compare("", normalize(contract, before), normalize(contract, after))
    return sorted(found, key=lambda difference: difference.path)


def canonical(value: Any) -> str:
    """One text for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _forget_own_type(contract: Contract, form: JsonObject) -> None:
    """An answer with full metadata names the declared type, one with minimal metadata does not."""
    if str(form.get("@odata.type", "")).lstrip("#") == contract.odata_type:
        del form["@odata.type"]


def _tidy_assignments(form: JsonObject) -> None:
    rows = form.get("assignments")
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        for name in IN_ASSIGNMENTS:
            row.pop(name, None)
        target = row.get("target")
        for name, nothing in _NO_FILTER.items():
            if isinstance(target, dict) and target.get(name) == nothing:
                del target[name]


def _hide_secrets(contract: Contract, form: JsonObject) -> None:
    """A mask of Graph becomes our mark, a secret in plain our mark and a digest."""
    if form.get("@odata.type") == SECRET_SETTING:
        form["value"] = SECRET if form.pop("valueState", "") == "encryptedValueToken" else _digest(form.get("value"))
    is_encrypted = form.pop("isEncrypted", False)
    form.pop("secretReferenceValueId", None)
    for name, value in form.items():
        if is_mask(value):
            form[name] = SECRET
        elif value and (name in contract.secrets or (is_encrypted and name == "value")):
            form[name] = _digest(value)


def _digest(secret: Any) -> str:
    return f"{SECRET}:{hashlib.sha256(canonical(secret).encode()).hexdigest()}"


def _normal(value: Any, unordered: frozenset[str], name: str = "") -> Any:
    if isinstance(value, dict):
        inner = {key: _normal(one, unordered, key) for key, one in value.items()}
        return {key: one for key, one in inner.items() if not _is_nothing(key, one)}
    if isinstance(value, list):
        return _normal_list([_normal(one, unordered, name) for one in value], name in unordered)
    return _normal_scalar(value, name)


def _normal_list(items: list[Any], is_set: bool) -> list[Any]:
    """A set is sorted; so are settings, which are told by their definitions and not by their places."""
    if is_set or (items and all(_definition_of(item) for item in items)):
        return sorted(items, key=lambda item: (_definition_of(item), canonical(item)))
    return items


def _definition_of(item: Any) -> str:
    """The definition that a setting sets; "" for what is no setting."""
    if not isinstance(item, dict):
        return ""
    instance = item.get("settingInstance", item)
    return str(instance.get("settingDefinitionId") or "") if isinstance(instance, dict) else ""


def _normal_scalar(value: Any, name: str) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        if name == "@odata.type":
            return value.lstrip("#")
        if time := _TRAILING_ZEROS.match(value):
            return time[1] + (f".{time[2]}" if time[2] else "") + time[3]
    return value


def _is_nothing(name: str, value: Any) -> bool:
    """Left out, null and empty mean the same; an empty text does so for a description only."""
    return value is None or value == [] or value == {} or (name == "description" and value == "")


def _compare(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if canonical(before) == canonical(after) or _may_be_the_same_secret(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _compare(f"{path}.{name}".lstrip("."), before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(path, before, after)
    else:
        yield Difference(path, _shown(before), _shown(after))


def _may_be_the_same_secret(before: Any, after: Any) -> bool:
    """Masked on one side, or known to one side only since Graph does not give it back."""
    if SECRET in (before, after):
        return True
    return None in (before, after) and (_is_digest(before) or _is_digest(after))


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(f"{SECRET}:")


def _shown(value: Any) -> Any:
    """A copy without digests: they are for comparing, not for eyes."""
    if isinstance(value, dict):
        return {name: _shown(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner) for inner in value]
    return SECRET if _is_digest(value) else value


def _compare_lists(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Item by item, told by a property of theirs where one does, else by their places or as sets of values."""
    befores, afters = _told(before), _told(after)
    if befores is None or afters is None:
        befores, afters = ({str(n): item for n, item in enumerate(items)} for items in (before, after))
    for key in [*befores, *(key for key in afters if key not in befores)]:
        yield from _compare(f"{path}[{key}]", befores.get(key), afters.get(key))


def _told(items: list[Any]) -> dict[str, Any] | None:
    """The items by what tells them apart; None when nothing does."""
    for key in _KEYS:
        told = {_telling(item, key): item for item in items}
        if len(told) == len(items) and "" not in told:
            return told
    return {canonical(item): item for item in items} if all(isinstance(item, str) for item in items) else None


def _telling(item: Any, key: str) -> str:
    if key == "settingDefinitionId":
        return _definition_of(item)
    return str(item.get(key) or "") if isinstance(item, dict) else ""
