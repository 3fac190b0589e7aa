"""Find where two payloads differ in meaning, one difference for one change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tenantpilot.graph.compare.align import Pair, label_of, pairs_by_key, pairs_in_order, pairs_of_sets
from tenantpilot.graph.compare.form import Fingerprint, Form, fingerprint_of_process, form_of
from tenantpilot.graph.compare.items import canonical, is_scalar_like, key_of, without_common_items
from tenantpilot.graph.compare.rules import Rules, rules_of
from tenantpilot.graph.compare.scalars import FALSE, MASK, plain
from tenantpilot.graph.contracts.model import Contract

SECRET = "•••"  # noqa: S105 - what is shown instead of one
MADE_BY_SERVICE = frozenset({"auditRuleInformation"})
"""Properties that the service adds to what was written."""
RESTING = (FALSE, 0, "", "none", "notConfigured")
"""What a property says that the service has added and nobody has set."""


class Kind(StrEnum):
    """The change at the place of a difference."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """The same item at another place of a list whose order counts; before and after are places, from 1."""
    SECRET = "secret"  # noqa: S105 - a kind of difference
    """Both secrets are known, and they differ."""
    SERVICE_ADDED = "service_added"
    """A property that the service adds by itself: after has it at rest, before does not have it."""


@dataclass(frozen=True)
class Difference:
    """A place where two payloads differ; None where one has nothing."""

    path: str
    """Names that lead there, items of lists by what tells them apart: "settings[definition].settingInstance"."""
    before: Any
    after: Any
    kind: Kind = Kind.CHANGED
    label: str = field(default="", compare=False)
    """The name of the list's item in which it stands, where the item has one."""


def differences(
    contract: Contract,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    fingerprint: Fingerprint = fingerprint_of_process,
) -> list[Difference]:
    """Return the differences in meaning of two payloads, in the order of their paths."""
    forms = (form_of(contract, payload, fingerprint=fingerprint) for payload in without_common_items(before, after))
    return differences_of_forms(contract, *forms)


def differences_of_forms(contract: Contract, before: Form, after: Form) -> list[Difference]:
    """Return the same for forms: none when `same` says so, at least one otherwise."""
    changes = [] if before.tree == after.tree else list(_Comparison(rules_of(contract)).objects("", before, after))
    changes += [_other_secret(path, before, after) for path in before.secrets_other_than(after)]
    return sorted(changes, key=lambda difference: difference.path)


def _other_secret(path: str, before: Form, after: Form) -> Difference:
    """Return the difference of two secrets, without them; with both texts where neither side hides its own."""
    if path in before.open_texts and path in after.open_texts:
        return Difference(path, before.open_texts[path], after.open_texts[path], Kind.CHANGED)
    return Difference(path, SECRET, SECRET, Kind.SECRET)


class _Comparison:
    """Goes down two trees at once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def objects(self, path: str, before: Form, after: Form) -> Iterator[Difference]:
        """Yield the differences of two forms, with what the service fills in where one says nothing."""
        for difference in self._objects(path, before.tree, after.tree, ""):
            default = self._rules.default_at(difference.path) if None in (difference.before, difference.after) else None
            yield difference if default is None else _filled(difference, default)

    def _values(self, path: str, name: str, before: Any, after: Any, label: str) -> Iterator[Difference]:
        if before == after:
            return
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self._objects(path, before, after, label)
        elif isinstance(before, list) and isinstance(after, list):
            yield from self._lists(path, name, before, after, label)
        else:
            yield _difference(path, before, after, label)

    def _objects(
        self, path: str, before: Mapping[str, Any], after: Mapping[str, Any], label: str
    ) -> Iterator[Difference]:
        for name in before.keys() | after.keys():
            below = f"{path}.{name}" if path else name
            nothing: Any = [] if name == "assignments" else None  # each is a difference of its own, the first one too
            yield from self._values(below, name, before.get(name, nothing), after.get(name, nothing), label)

    def _lists(self, path: str, name: str, before: list[Any], after: list[Any], label: str) -> Iterator[Difference]:
        key = key_of(name, before or after)
        if key and all(map(_safe(key), after)):
            for text, pair in pairs_by_key(before, after, key):
                yield from self._pair(f"{path}[{text}]", name, pair, label)
        elif all(map(is_scalar_like, (*before, *after))):
            for pair in pairs_of_sets(before, after):
                yield from self._members(path, pair, label)
        else:
            is_set = name in self._rules.unordered
            for pair in pairs_of_sets(before, after) if is_set else pairs_in_order(before, after):
                yield from self._pair(f"{path}[{_place(pair)}]", name, pair, label)

    def _members(self, path: str, pair: Pair, label: str) -> Iterator[Difference]:
        """Yield the members of a set that only one side has."""
        if pair.before is not None:
            yield _difference(f"{path}[{_member(pair.before)}]", pair.before, None, label)
        if pair.after is not None:
            yield _difference(f"{path}[{_member(pair.after)}]", None, pair.after, label)

    def _pair(self, path: str, name: str, pair: Pair, label: str) -> Iterator[Difference]:
        label = label_of(pair.after if pair.after is not None else pair.before) or label
        if pair.is_moved:
            yield Difference(path, _ordinal(pair.place_before), _ordinal(pair.place_after), Kind.MOVED, label)
        elif name == "assignments" or pair.before is None or pair.after is None:
            yield _difference(path, pair.before, pair.after, label)
        else:
            yield from self._values(path, name, pair.before, pair.after, label)


def _safe(key: Any) -> Any:
    return lambda item: isinstance(item, dict) and bool(key(item))


def _difference(path: str, before: Any, after: Any, label: str) -> Difference:
    if MASK in (before, after):
        return Difference(path, before and SECRET, after and SECRET, Kind.SECRET, label)
    return Difference(path, plain(before), plain(after), _kind(path, before, after), label)


def _kind(path: str, before: Any, after: Any) -> Kind:
    if after is None:
        return Kind.REMOVED
    if before is not None:
        return Kind.CHANGED
    is_property = not path.endswith("]")
    by_service = path.rpartition(".")[2] in MADE_BY_SERVICE or (is_property and after in RESTING)
    return Kind.SERVICE_ADDED if by_service else Kind.ADDED


def _filled(difference: Difference, default: Any) -> Difference:
    """Return a difference that shows what the service fills in where a side says nothing."""
    before = default if difference.before is None else difference.before
    after = default if difference.after is None else difference.after
    return Difference(difference.path, before, after, Kind.CHANGED, difference.label)


def _member(value: Any) -> str:
    if isinstance(value, dict):
        value = next((inner for name, inner in value.items() if name != "@odata.type"), "")
    return canonical(plain(value))


def _ordinal(place: int | None) -> int | None:
    return None if place is None else place + 1


def _place(pair: Pair) -> str:
    """Return the place of the item now, or before: places count from 0, as in a pointer."""
    place = pair.place_after if pair.place_after is not None else pair.place_before
    return str(place)
