"""One change of a real policy is one difference, and the hash differs exactly when there is a difference."""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tenantpilot.graph.compare.differences import Difference, Kind, differences_of_forms
from tenantpilot.graph.compare.form import Form, form_of, secret_places
from tenantpilot.graph.compare.sentences import sentence_of
from tests.graph.real_policies import Place, RealPolicy, edited, leaves, lists, read_real_policies

DEFAULT_TAGS = (["0"], [])
"""To have no scope tag and to have the default one mean the same."""


class Edit(NamedTuple):
    """One change of a policy."""

    kind: str
    place: Place
    payload: dict[str, Any]


def is_annotated(place: Place) -> bool:
    return any(isinstance(step, str) and ("@odata." in step[1:] or step[:1] == "#") for step in place)


def other_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return "another" if value is None else f"{value}x"


def other_item(item: Any) -> Any:
    """An item like this one that is not in the list yet."""
    if not isinstance(item, dict):
        return other_value(item)
    for place, value in leaves(item):
        if isinstance(value, str) and place[-1] != "@odata.type":
            item = edited(item, place, f"{value}x")
    return item


def edits_of_lists(payload: dict[str, Any]) -> Iterator[Edit]:
    """One item of each list removed, and one inserted at the front, in the middle and a second time."""
    for place, items in lists(payload):
        if not items or is_annotated(place):
            continue
        middle = len(items) // 2
        new = copy.deepcopy(items[middle])
        yield Edit("removed", place, edited(payload, place, [*items[:middle], *items[middle + 1 :]]))
        yield Edit("inserted", place, edited(payload, place, [*items[:middle], other_item(new), *items[middle:]]))
        yield Edit("inserted", place, edited(payload, place, [other_item(new), *items]))
        yield Edit("inserted", place, edited(payload, place, [*items, new]))


def edits_of_order(payload: dict[str, Any]) -> Iterator[Edit]:
    for place, items in lists(payload):
        if len(items) > 1 and not is_annotated(place):
            yield Edit("reversed", place, edited(payload, place, items[::-1]))


def edits_of_leaves(payload: dict[str, Any]) -> Iterator[Edit]:
    for place, value in leaves(payload):
        yield Edit("leaf", place, edited(payload, place, other_value(value)))


def differences_proved(policy: RealPolicy, form: Form, edit: Edit) -> list[Difference]:
    """The differences, which agree with the hash, and each has a sentence."""
    after = form_of(policy.contract, edit.payload)
    changes = differences_of_forms(policy.contract, form, after)
    assert (changes == []) == form.same(after), edit.place
    of_secrets = form.secrets_other_than(after)
    assert (len(changes) == len(of_secrets)) == (form.digest == after.digest), edit.place
    assert all(sentence_of(one) for one in changes)
    return changes


class Chosen:
    """Says which places are looked at: all, or the first of each kind."""

    def __init__(self, *, is_all: bool) -> None:
        self._is_all = is_all
        self._had: dict[tuple[str, str], tuple[str, Place]] = {}

    def has(self, policy: RealPolicy, place: Place) -> bool:
        first = self._had.setdefault((policy.contract.key, _kind_of(place)), (policy.file, place))
        return self._is_all or first == (policy.file, place)


def expected(policy: RealPolicy, edit: Edit) -> int:
    """One difference, but none for the default scope tag and for what the contract calls meaningless."""
    if edit.place == ("roleScopeTagIds",) and edit.payload["roleScopeTagIds"] in DEFAULT_TAGS:
        return 0
    place = ".".join(step for step in edit.place if isinstance(step, str))
    meaningless = (path.replace("[]", "") for path in policy.contract.meaningless)
    return 0 if any(f"{place}.".startswith(f"{path}.") for path in meaningless) else 1


def _kind_of(place: Place) -> str:
    return ".".join(step for step in place[-3:] if isinstance(step, str))


EVERYTHING = pytest.param(True, id="everything", marks=[pytest.mark.deep, pytest.mark.timeout(1_200)])
ONE_OF_A_KIND = pytest.param(False, id="one of a kind")


@pytest.mark.parametrize("is_all", [ONE_OF_A_KIND, EVERYTHING])
def test_an_item_more_or_less_is_one_difference(shared, is_all):
    counts: Counter[str] = Counter()
    chosen = Chosen(is_all=is_all)
    for policy in read_real_policies(shared):
        form = form_of(policy.contract, policy.payload)
        for edit in edits_of_lists(policy.payload):
            if not chosen.has(policy, edit.place):
                continue
            changes = differences_proved(policy, form, edit)
            assert len(changes) == expected(policy, edit), (policy.file, edit.kind, edit.place)
            counts[edit.kind] += 1
    assert counts["removed"] > (700 if is_all else 40)


@pytest.mark.parametrize("is_all", [ONE_OF_A_KIND, EVERYTHING])
def test_another_order_is_no_difference_or_moves_alone(shared, is_all):
    kinds: Counter[str] = Counter()
    chosen = Chosen(is_all=is_all)
    for policy in read_real_policies(shared):
        form = form_of(policy.contract, policy.payload)
        for edit in edits_of_order(policy.payload):
            if chosen.has(policy, edit.place):
                kinds.update(change.kind for change in differences_proved(policy, form, edit))
    assert set(kinds) == {Kind.MOVED}


@pytest.mark.parametrize("is_all", [ONE_OF_A_KIND, EVERYTHING])
def test_another_value_is_seen_where_it_means_something(shared, is_all):
    """Two differences where a member of a set is another one; none where Graph writes about its own answer."""
    counts: Counter[int] = Counter()
    chosen = Chosen(is_all=is_all)
    for policy in read_real_policies(shared):
        form = form_of(policy.contract, policy.payload)
        for edit in edits_of_leaves(policy.payload):
            if chosen.has(policy, edit.place):
                counts[len(differences_proved(policy, form, edit))] += 1
    assert counts[1] > (9_000 if is_all else 250)
    assert sum(number for size, number in counts.items() if size > 2) <= counts[1] // 100


def test_a_mask_on_either_side_is_no_difference(shared):
    masked = 0
    for policy in read_real_policies(shared):
        places = [place for place in secret_places(policy.contract, policy.payload) if not place.is_masked]
        if not places:
            continue
        copied = copy.deepcopy(policy.payload)
        for place in secret_places(policy.contract, copied):
            place.holder[place.name] = "****"
        forms = form_of(policy.contract, policy.payload), form_of(policy.contract, copied)
        assert forms[0].digest == forms[1].digest
        assert (
            differences_of_forms(policy.contract, *forms) == differences_of_forms(policy.contract, *forms[::-1]) == []
        )
        masked += len(places)
    assert masked > 50
