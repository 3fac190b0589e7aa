"""Find the places where a payload holds secrets."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.compare.items import canonical, key_of
from tenantpilot.graph.compare.rules import Rule, Rules
from tenantpilot.graph.contracts.payloads import SECRET_SETTING, is_annotation, is_mask

FormOfItem = Callable[[str, Any, Rule], Any]
_NO_RULE = Rule()


@dataclass(frozen=True)
class SecretPlace:
    """A place in a payload that holds a secret or the mask of one. Its repr shows neither.

    With `is_open`, Graph sends in plain what it may mask at another time: it is compared like a secret, since the other
    side may be masked, and it is none.
    """

    pointer: str
    """The names that lead there, list items by what tells them apart: it lasts when others come and go."""
    holder: dict[str, Any] = field(repr=False)
    """The object of the payload in which it stands: read it there, or put something in its place."""
    name: str
    is_masked: bool
    is_open: bool = False

    @property
    def value(self) -> Any:
        """Return the value at the place."""
        return self.holder[self.name]


def secret_value(value: Mapping[str, Any], rule: Rule, rules: Rules) -> str:
    """Return the property of an object that holds a secret for what the object is; "" when none does."""
    if "value" in value and (value.get("isEncrypted") or value.get("@odata.type") == SECRET_SETTING):
        return "value"
    if rule.is_revealed and isinstance(value.get(rules.revealed_value), str):
        return rules.revealed_value
    return ""


def is_open_value(value: Mapping[str, Any], rule: Rule, rules: Rules) -> bool:
    """Return True if Graph sends the object's revealable text in plain: not encrypted, without a reference, no mask.

    Source: https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-omasetting
    """
    if not rule.is_revealed or value.get("isEncrypted") or value.get(rules.revealed_reference):
        return False
    text = value.get(rules.revealed_value)
    return isinstance(text, str) and not is_mask(text)


def places_of(payload: Mapping[str, Any], rules: Rules, *, form_of_item: FormOfItem) -> Iterator[SecretPlace]:
    """Yield every place of the payload that holds a secret or the mask of one."""
    yield from _Walk(rules, form_of_item).object("", payload, rules.root)


class _Walk:
    """Goes through a payload with the path that it has come."""

    def __init__(self, rules: Rules, form_of_item: FormOfItem) -> None:
        self._rules = rules
        self._form_of_item = form_of_item

    def object(self, path: str, value: Any, rule: Rule) -> Iterator[SecretPlace]:
        """Yield the places in an object."""
        own = secret_value(value, rule, self._rules)
        for name, inner in value.items():
            under = rule.below.get(name, _NO_RULE)
            if inner is None or under.is_left_out or is_annotation(name):
                continue
            pointer = f"{path}.{name}" if path else name
            if name == own or (name in self._rules.secrets and inner and inner is not True):
                is_open = name == own and is_open_value(value, rule, self._rules)
                yield SecretPlace(pointer, value, name, _is_masked(value, inner), is_open)
            else:
                yield from self.inside(pointer, name, inner, under)

    def inside(self, path: str, name: str, value: Any, rule: Rule) -> Iterator[SecretPlace]:
        """Yield the places below a property."""
        if isinstance(value, dict):
            yield from self.object(path, value, rule)
        elif isinstance(value, list):
            for key, item in zip(self._keys(name, value, rule), value, strict=True):
                yield from self.inside(f"{path}[{key}]", name, item, rule)

    def _keys(self, name: str, items: list[Any], rule: Rule) -> Iterator[str]:
        """Yield what tells the items apart: a name of theirs, else what they mean; a number when that is not enough."""
        tell = key_of(name, items)
        uses: Counter[str] = Counter()
        for item in items:
            key = tell(item) if tell else self._digest(name, item, rule)
            uses[key] += 1
            yield key if uses[key] == 1 else f"{key}#{uses[key]}"

    def _digest(self, name: str, item: Any, rule: Rule) -> str:
        if not isinstance(item, (dict, list)):
            return ""
        form = canonical(self._form_of_item(name, item, rule))
        return "=" + hashlib.sha256(form.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _is_masked(holder: Mapping[str, Any], value: Any) -> bool:
    return is_mask(value) or (
        holder.get("@odata.type") == SECRET_SETTING and holder.get("valueState") == "encryptedValueToken"
    )
