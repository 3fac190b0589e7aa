"""Match the items of one list with those of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from tenantpilot.graph.compare.items import Key, canonical

MOST_COMPARISONS = 10_000
"""Of leftover items with each other; above it the places alone decide."""
LABELS = ("displayName", "name", "title", "id", "ruleName", "bundleId")


@dataclass(frozen=True)
class Pair:
    """An item before and after; None where there is none. Places count from 0."""

    before: Any = None
    after: Any = None
    place_before: int | None = None
    place_after: int | None = None

    @property
    def is_moved(self) -> bool:
        """Return True if the item is the same and stands elsewhere."""
        return self.before is not None and self.before == self.after


def pairs_in_order(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Pairs that differ, of lists whose order counts: as few as a longest common subsequence leaves."""
    left, right = _without_ends(list(enumerate(before)), list(enumerate(after)))
    texts = {id(item): canonical(item) for _place, item in (*left, *right)}
    matcher = SequenceMatcher(
        a=[texts[id(item)] for _place, item in left], b=[texts[id(item)] for _place, item in right], autojunk=False
    )
    pairs: list[Pair] = []
    gaps = [(left[i:j], right[k:m]) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
    moved = _moved(gaps, texts)
    for lost, new in gaps:
        kept_lost = [numbered for numbered in lost if numbered[0] not in moved]
        kept_new = [numbered for numbered in new if numbered[0] not in moved.values()]
        pairs += _paired(kept_lost, kept_new)
    pairs += [Pair(before[i], after[k], i, k) for i, k in moved.items()]
    return sorted(pairs, key=_place)


def pairs_of_sets(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Pairs that differ, of lists whose order means nothing."""
    left, right = _without_common(before, after)
    return _paired(left, right)


def pairs_by_key(before: Sequence[Any], after: Sequence[Any], key: Key) -> Iterator[tuple[str, Pair]]:
    """Pairs that differ, each with the key of its item."""
    befores, afters = _grouped(before, key), _grouped(after, key)
    for name in [*befores, *(name for name in afters if name not in befores)]:
        left, right = befores.get(name, []), afters.get(name, [])
        if len(left) == len(right) == 1:
            if left[0] != right[0]:
                yield name, Pair(left[0], right[0])
            continue
        yield from ((name, pair) for pair in pairs_of_sets(left, right))


def label_of(item: Any) -> str:
    """Return a name that the item gives itself; "" when it has none."""
    if not isinstance(item, dict):
        return ""
    own = next((item[name] for name in LABELS if isinstance(item.get(name), str)), "")
    children = item.get("children")
    return own or (_name_among(children) if isinstance(children, list) else "")


def _name_among(children: list[Any]) -> str:
    """Return the value of the child that gives a group of settings its name."""
    for child in children:
        if isinstance(child, dict) and str(child.get("settingDefinitionId", "")).lower().endswith("name"):
            value = child.get("simpleSettingValue")
            if isinstance(value, dict) and isinstance(value.get("value"), str):
                return str(value["value"])
    return ""


Numbered = list[tuple[int, Any]]


def _without_ends(left: Numbered, right: Numbered) -> tuple[Numbered, Numbered]:
    start, most = 0, min(len(left), len(right))
    while start < most and left[start][1] == right[start][1]:
        start += 1
    end = 0
    while end < most - start and left[-1 - end][1] == right[-1 - end][1]:
        end += 1
    return left[start : len(left) - end], right[start : len(right) - end]


def _without_common(before: Sequence[Any], after: Sequence[Any]) -> tuple[Numbered, Numbered]:
    texts = [[canonical(item) for item in items] for items in (before, after)]
    common = Counter(texts[0]) & Counter(texts[1])
    return _beyond(before, texts[0], common), _beyond(after, texts[1], common)


def _beyond(items: Sequence[Any], texts: list[str], common: Counter[str]) -> Numbered:
    left, rest = Counter(common), []
    for place, (item, text) in enumerate(zip(items, texts, strict=True)):
        if left[text] > 0:
            left[text] -= 1
        else:
            rest.append((place, item))
    return rest


def _moved(gaps: list[tuple[Numbered, Numbered]], texts: dict[int, str]) -> dict[int, int]:
    """Return the place after, by the place before, of items that are on both sides and not in the common order."""
    waiting: dict[str, list[int]] = {}
    for _lost, new in gaps:
        for place, item in new:
            waiting.setdefault(texts[id(item)], []).append(place)
    moved = {}
    for lost, _new in gaps:
        for place, item in lost:
            if places := waiting.get(texts[id(item)]):
                moved[place] = places.pop(0)
    return moved


def _paired(lost: Numbered, new: Numbered) -> list[Pair]:
    """Return the pairs that are most alike; an item that is like no other stands alone."""
    pairs = []
    for i, k in _couples(lost, new):
        pairs.append(Pair(lost[i][1], new[k][1], lost[i][0], new[k][0]))
    couples = {(pair.place_before, pair.place_after) for pair in pairs}
    befores, afters = {i for i, _ in couples}, {k for _, k in couples}
    pairs += [Pair(before=item, place_before=place) for place, item in lost if place not in befores]
    pairs += [Pair(after=item, place_after=place) for place, item in new if place not in afters]
    return sorted(pairs, key=_place)


def _couples(lost: Numbered, new: Numbered) -> list[tuple[int, int]]:
    if not lost or not new:
        return []
    if len(lost) * len(new) > MOST_COMPARISONS:
        return [(i, i) for i in range(min(len(lost), len(new))) if _likeness(lost[i][1], new[i][1], *[set(), set()])]
    traits = [[_traits(item) for _place, item in side] for side in (lost, new)]
    scores = [
        (_likeness(lost[i][1], new[k][1], traits[0][i], traits[1][k]), i, k)
        for i in range(len(lost))
        for k in range(len(new))
    ]
    couples: list[tuple[int, int]] = []
    for score, i, k in sorted(scores, key=lambda couple: (-couple[0], abs(couple[1] - couple[2]), couple[1])):
        if score > 0 and all(i != a and k != b for a, b in couples):
            couples.append((i, k))
    return couples


def _likeness(item: Any, other: Any, traits: set[str], other_traits: set[str]) -> float:
    """Between 0, nothing in common, and above 1, the same name."""
    if not isinstance(item, dict) or not isinstance(other, dict):
        return 0.0
    named = bool(label_of(item)) and label_of(item) == label_of(other)
    shared = len(traits & other_traits) / max(1, len(traits | other_traits))
    shape = 0.01 if item.keys() <= other.keys() or other.keys() <= item.keys() else 0.0
    return shared + shape + named


def _traits(item: Any) -> set[str]:
    """Its values with the names that lead there."""
    traits: set[str] = set()
    _collect("", item, traits)
    return traits


def _collect(path: str, value: Any, traits: set[str]) -> None:
    if isinstance(value, dict):
        own = str(value.get("settingDefinitionId", ""))
        for name, inner in value.items():
            _collect(f"{path}.{own}.{name}", inner, traits)
    elif isinstance(value, list):
        for inner in value:
            _collect(path, inner, traits)
    else:
        traits.add(f"{path}={value}")


def _grouped(items: Sequence[Any], key: Key) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _place(pair: Pair) -> tuple[int, int]:
    places = [place for place in (pair.place_after, pair.place_before) if place is not None]
    return (places[0], 0 if pair.after is not None else 1) if places else (0, 0)
