"""Texts of OMA-URI settings: what Graph sends in plain is kept, shown and compared; what it encrypts is a secret."""

import pytest

from tenantpilot.graph.compare.differences import SECRET, differences
from tenantpilot.graph.compare.form import form_hash, same
from tenantpilot.graph.contracts import registry
from tenantpilot.versions.comparing import compare
from tenantpilot.versions.library.credentials import with_credentials_marked
from tenantpilot.versions.models import VersionSecret
from tenantpilot.versions.overlay import MASK, separated
from tenantpilot.versions.payloads import content_of
from tenantpilot.versions.settings_found import settings_found
from tests.versions.kit import new_policy, take

CONTRACT = registry.get("deviceConfiguration")
STRING = "#microsoft.graph.omaSettingString"


def oma(value, uri="./a", **facts):
    return {"@odata.type": STRING, "displayName": "Setting", "omaUri": uri, "value": value, **facts}


def payload(*settings):
    return {"id": "p1", "displayName": "Custom", "omaSettings": list(settings)}


OPEN = {"isEncrypted": False, "secretReferenceValueId": None}
ENCRYPTED = {"isEncrypted": True, "secretReferenceValueId": "r1"}


@pytest.fixture
def policy(contoso, now):
    return new_policy(contoso, now)


def test_an_open_text_is_kept_and_found_as_a_setting(policy, now):
    version = take(policy, payload(oma("<enabled/>", **OPEN)), now)
    assert content_of(version.payload)["omaSettings"][0]["value"] == "<enabled/>"
    assert not VersionSecret.everywhere.exists()
    assert version.restorable == "yes"
    [found] = settings_found(CONTRACT, content_of(version.payload))
    assert (found.text, found.is_secret) == ("<enabled/>", False)


def test_a_change_of_an_open_text_is_one_version_with_both_texts(policy, now):
    first = take(policy, payload(oma("one", **OPEN)), now)
    second = take(policy, payload(oma("two", **OPEN)), now)
    assert (second.number, second.change, second.differences) == (2, "secret", 1)
    [sentence] = compare(first, second)
    assert (sentence.kind, sentence.before, sentence.after) == ("changed", "one", "two")
    assert take(policy, payload(oma("two", **OPEN)), now) is None


@pytest.mark.parametrize("facts", [ENCRYPTED, {"isEncrypted": True}, {"secretReferenceValueId": "r1"}])
def test_what_graph_encrypts_is_sealed_and_not_shown(policy, now, facts):
    version = take(policy, payload(oma("hunter2", **facts)), now)
    assert content_of(version.payload)["omaSettings"][0]["value"] == MASK
    assert VersionSecret.everywhere.count() == 1
    later = take(policy, payload(oma("hunter3", **facts)), now)
    [sentence] = compare(version, later)
    assert (sentence.kind, sentence.before) == ("secret", SECRET)


def test_each_text_of_a_policy_is_judged_alone(policy, now):
    version = take(policy, payload(oma("shown", "./a", **OPEN), oma("hunter2", "./b", **ENCRYPTED)), now)
    assert [row["value"] for row in content_of(version.payload)["omaSettings"]] == ["shown", MASK]


@pytest.mark.parametrize("value", ["one", "****"])
def test_a_text_that_graph_begins_to_mask_makes_no_version(policy, now, value):
    take(policy, payload(oma("one", **OPEN)), now)
    assert take(policy, payload(oma(value, **ENCRYPTED)), now) is None


def test_a_text_that_comes_into_the_open_is_compared_with_the_seal(policy, now):
    take(policy, payload(oma("one", **ENCRYPTED)), now)
    assert take(policy, payload(oma("one", **OPEN)), now) is None
    later = take(policy, payload(oma("two", **OPEN)), now)
    assert (later.change, later.differences) == ("secret", 1)


def test_open_and_revealed_texts_are_the_same_and_only_open_ones_show():
    opened, revealed, masked = (payload(oma(v, **f)) for v, f in (("v", OPEN), ("v", ENCRYPTED), ("****", ENCRYPTED)))
    assert same(CONTRACT, opened, revealed)
    assert differences(CONTRACT, opened, masked) == []
    assert form_hash(CONTRACT, opened) == form_hash(CONTRACT, revealed) == form_hash(CONTRACT, masked)
    [difference] = differences(CONTRACT, payload(oma("w", **OPEN)), revealed)
    assert (difference.before, difference.after) == (SECRET, SECRET)


@pytest.mark.parametrize(
    "setting",
    [
        oma("<keyMaterial>hunter2</keyMaterial>"),
        oma("hunter2", "./Device/Vendor/MSFT/Accounts/Users/x/Password"),
        oma("hunter2", displayName="Wi-Fi pre-shared key"),
    ],
)
def test_a_file_of_another_tool_keeps_no_credential(setting):
    payload_of_file = payload({**setting, "isEncrypted": False}, oma("<enabled/>", "./z"))
    safe = separated(CONTRACT, with_credentials_marked(CONTRACT, payload_of_file)).payload
    assert [row["value"] for row in safe["omaSettings"]] == [MASK, "<enabled/>"]
