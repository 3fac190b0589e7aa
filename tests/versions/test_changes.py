"""Noise makes no version; a change makes exactly one, and its page names it."""

import copy
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tenantpilot.graph.compare.form import form_of
from tenantpilot.graph.compare.sentences import sentence_of
from tenantpilot.inventory.models import Policy
from tenantpilot.versions.comparing import compare
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.overlay import opened, secrets_of
from tenantpilot.versions.payloads import content_of
from tests.graph.compare.test_one_change import (
    EVERYTHING,
    ONE_OF_A_KIND,
    Chosen,
    differences_proved,
    edits_of_leaves,
)
from tests.graph.real_policies import RealPolicy, read_real_policies
from tests.versions.kit import new_policy, take

SAMPLED = 3


def policies_of(shared: Any, contoso: Any, now: Any) -> list[tuple[RealPolicy, Policy]]:
    real = read_real_policies(shared)
    return [
        (policy, new_policy(contoso, now, key=policy.contract.key, graph_id=str(number)))
        for number, policy in enumerate(real)
    ]


def size_of(pair: tuple[RealPolicy, Policy]) -> int:
    """Return the length of a policy as JSON: the smallest one that has a kind of leaf shows it soonest."""
    return len(json.dumps(pair[0].payload))


def noisy(payload: dict[str, Any], contract: Any, chance: random.Random) -> dict[str, Any]:
    """The same policy as Graph may send it another night: other annotations, times, nulls, orders and masks."""
    copied = copy.deepcopy(payload)
    copied["@odata.context"] = f"https://graph/{chance.random()}"
    copied["lastModifiedDateTime"] = f"2026-06-{chance.randint(1, 28):02}T00:00:00Z"
    copied["somethingNew"] = None
    copied["assignments@odata.context"] = str(chance.random())
    names = list(copied)
    chance.shuffle(names)
    copied = {name: copied[name] for name in names}
    for unordered in ("roleScopeTagIds", "assignments"):
        if isinstance(copied.get(unordered), list):
            chance.shuffle(copied[unordered])
    return copied


def test_thirty_noisy_nights_make_no_version(shared, contoso, now):
    chance = random.Random(30)
    policies = policies_of(shared, contoso, now)[::8]
    for real, policy in policies:
        assert take(policy, real.payload, now)
    before = (Payload.everywhere.count(), PolicyVersion.everywhere.count())
    for night in range(1, 31):
        for real, policy in policies[night % 5 :: 5]:
            assert take(policy, noisy(real.payload, real.contract, chance), now + timedelta(days=night)) is None
    assert (Payload.everywhere.count(), PolicyVersion.everywhere.count()) == before
    assert before[1] == len(policies) > 20


@pytest.mark.same_on_both
@pytest.mark.parametrize("is_all", [ONE_OF_A_KIND, EVERYTHING])
def test_each_leaf_makes_one_version_that_names_it(shared, contoso, now, is_all):
    """One where the leaf means something, none where Graph speaks about its own answer; the sentences name it.

    tests/graph/compare/test_one_change.py finds the differences of every kind of leaf; here some become versions.
    """
    taken, chosen = 0, Chosen(is_all=is_all)
    for real, policy in sorted(policies_of(shared, contoso, now), key=size_of):
        edits = [edit for edit in edits_of_leaves(real.payload) if chosen.has(real, edit.place)]
        edits = edits if is_all else edits[::SAMPLED]
        first = take(policy, real.payload, now) if edits else None
        form = form_of(real.contract, real.payload) if edits else None
        for edit in edits:
            expected = differences_proved(real, form, edit)
            with transaction.atomic():
                version = take(policy, edit.payload, now)
                assert (version is not None) == bool(expected), (real.file, edit.place)
                if version is not None:
                    assert (version.number, version.differences) == (2, len(expected))
                    assert {s.text for s in compare(first, version)} == {sentence_of(d) for d in expected}
                    taken += 1
                transaction.set_rollback(True)
    assert taken > (9_000 if is_all else 80)


@pytest.mark.parametrize("value", ["<enabled/>\n<data/>", "<enabled/>\r\n<data/>", "\ufeffWrite-Host 1", "no end"])
def test_bytes_of_scripts_and_values_stay_as_they_are(contoso, now, value):
    """Line ends, a byte order mark and a last line without an end are part of the value."""
    policy = new_policy(contoso, now)
    payload = {"scriptContent": value, "id": "p1", "omaSettings": [{"omaUri": "./a", "value": value}]}
    version = take(policy, payload, now)
    assert content_of(version.payload) == payload
    assert secrets_of([version.pk]) == {}


@pytest.mark.parametrize("value", ["<enabled/>\n<data/>", "<enabled/>\r\n<data/>", "\ufeffWrite-Host 1", "no end"])
def test_bytes_of_encrypted_values_stay_as_they_are(contoso, now, value):
    policy = new_policy(contoso, now)
    setting = {"omaUri": "./a", "value": value, "isEncrypted": True, "secretReferenceValueId": "r"}
    version = take(policy, {"id": "p1", "omaSettings": [setting]}, now)
    [secret] = secrets_of([version.pk])[version.pk]
    assert json.loads(opened(policy, secret)) == value


IMPOSSIBLE = {
    "half a surrogate pair": "\ud83d lobby",
    "NUL": "left\0right",
    "a number of 400 digits": int("9" * 400),
    "a list of lists": [[[[]]], {"": ""}],
    "an empty name": {"": None},
}


@pytest.mark.parametrize("value", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_values_that_no_column_holds_are_kept_all_the_same(contoso, now, value):
    policy = new_policy(contoso, now)
    payload = {"id": "p1", "displayName": "Kiosk", "custom": value}
    version = take(policy, payload, now)
    assert content_of(version.payload) == payload
    second = take(policy, {**payload, "custom": ["changed", str(value)]}, now)
    assert compare(version, second)
