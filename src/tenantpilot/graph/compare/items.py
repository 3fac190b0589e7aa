"""Find the key that tells the items of a list apart, and whether their order counts."""

from __future__ import annotations

import json
import marshal
from collections import Counter
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

Key = Callable[[Mapping[str, Any]], str]

PLAIN_KEYS = ("omaUri", "definitionId", "locale", "payloadId")
"""Properties that name the item for good, whatever list it stands in."""
NAMED_KEYS = {"scheduledActionsForRule": "ruleName", "scheduledActionConfigurations": "actionType"}
EXPANDED_KEYS = ("definition", "presentation")
"""Objects that a read shows whole and a write names by their address."""


def canonical(value: Any) -> str:
    """Return one text for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def definition_of(item: Mapping[str, Any]) -> str:
    """Return the definition that a setting sets; "" for what is no setting."""
    instance = item.get("settingInstance", item)
    return str(instance.get("settingDefinitionId") or "") if isinstance(instance, dict) else ""


def target_of(row: Mapping[str, Any]) -> str:
    """Return the target of an assignment, included or excluded: "group:…", "allDevices"."""
    target = row.get("target")
    if not isinstance(target, dict):
        return "nothing"
    for name in ("groupId", "collectionId"):
        if target.get(name):
            return f"{name.removesuffix('Id')}:{str(target[name]).lower()}"
    return str(target.get("@odata.type", "")).rpartition(".")[2].removesuffix("AssignmentTarget") or "nothing"


def key_of(name: str, items: list[Any]) -> Key | None:
    """Return the key that tells the items of the list `name` apart, so that order means nothing; None without one."""
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    if name == "assignments":
        return target_of
    return next((key for key in _keys(name, items[0]) if all(map(key, items))), None)


def _keys(name: str, first: Mapping[str, Any]) -> list[Key]:
    """Keys that the first item has; the others are asked then."""
    keys: list[Key] = [definition_of] if definition_of(first) else []
    names = (*PLAIN_KEYS, NAMED_KEYS.get(name, ""))
    keys += [_property(plain) for plain in names if first.get(plain)]
    keys += [_object(plain) for plain in EXPANDED_KEYS if _object(plain)(first)]
    if "mobileAppIdentifier" in first:
        keys.append(lambda item: canonical(item.get("mobileAppIdentifier")))
    return keys


def _property(name: str) -> Key:
    return lambda item: str(item.get(name) or "")


def _object(name: str) -> Key:
    def key(item: Mapping[str, Any]) -> str:
        value = item.get(name)
        if isinstance(value, dict) and value.get("id"):
            return str(value["id"]).lower()
        address = str(item.get(f"{name}@odata.bind") or "")
        return address.rpartition("(")[2].strip("')").lower()

    return key


def without_common_items(*payloads: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two payloads without most of what is letter for letter the same in lists whose order means nothing.

    One common item stays in each, so that no list is empty that was not.
    """
    before, after = (dict(payload) for payload in payloads)
    for name in before.keys() & after.keys():
        lists = before[name], after[name]
        if all(isinstance(items, list) and len(items) > 1 and key_of(name, items) for items in lists):
            before[name], after[name] = _less_common(*lists)
    return [before, after]


def _less_common(before: list[Any], after: list[Any]) -> tuple[list[Any], list[Any]]:
    texts = [[marshal.dumps(item, 2) for item in items] for items in (before, after)]  # tells True from 1
    common = Counter(texts[0]) & Counter(texts[1])
    for text in list(common)[:1]:
        common[text] -= 1
    return _beyond(before, texts[0], common), _beyond(after, texts[1], common)


def _beyond(items: list[Any], texts: list[bytes], common: Counter[bytes]) -> list[Any]:
    left, rest = Counter(common), []
    for item, text in zip(items, texts, strict=True):
        if left[text] > 0:
            left[text] -= 1
        else:
            rest.append(item)
    return rest


def is_scalar_like(item: Any) -> bool:
    """Return True if the item is a value, or an object with one value and perhaps its type: a member of a set."""
    if isinstance(item, dict):
        values = [value for name, value in item.items() if name != "@odata.type"]
        return len(values) <= 1 and not any(isinstance(value, (dict, list)) for value in values)
    return not isinstance(item, list)


def arranged(name: str, items: list[Any], *, is_unordered: bool) -> list[Any]:
    """Return the items in the order that all orders of the same meaning share."""
    if len(items) < 2:
        return items
    if keys := _keys_in(name, items):
        return _by_keys(items, keys)
    if is_unordered or all(map(is_scalar_like, items)):
        return sorted(items, key=_sort_key)
    return items


def _keys_in(name: str, items: list[Any]) -> list[str]:
    """Return the keys of the items by the first kind of key that all of them have, as `key_of` chooses it."""
    if not all(isinstance(item, dict) for item in items):
        return []
    for key in [target_of] if name == "assignments" else _keys(name, items[0]):
        keys = [key(item) for item in items]
        if all(keys):
            return keys
    return []


def _by_keys(items: list[Any], keys: list[str]) -> list[Any]:
    pairs = sorted(zip(keys, items, strict=True), key=itemgetter(0))
    if len(set(keys)) < len(keys):
        pairs.sort(key=lambda pair: (pair[0], canonical(pair[1])))
    return [item for _key, item in pairs]


def _sort_key(item: Any) -> str:
    return f'"{item}' if isinstance(item, str) else canonical(item)
