"""Secrets of payloads: out of the payload, sealed, compared by fingerprint, and nowhere in plain."""

import json

import pytest
from django.db import connection

from tenantpilot.cli.install import new_sealing_key
from tenantpilot.versions import overlay
from tenantpilot.versions.comparing import compare
from tenantpilot.versions.models import Payload, VersionSecret
from tenantpilot.versions.payloads import content_of
from tests.versions.kit import new_policy, take

CANARY = "Zx8~canary.QwErTy-0123456789abcdef"
OTHER = "Zx9~canary.QwErTy-another"


@pytest.fixture
def policy(contoso, now):
    return new_policy(contoso, now)


def kept(version):
    return list(VersionSecret.everywhere.filter(version=version))


def wifi(secret, **further):
    return {"id": "p1", "displayName": "Wi-Fi", "preSharedKey": secret, **further}


def test_a_plain_secret_leaves_a_mask_and_is_sealed_beside(policy, now):
    version = take(policy, wifi(CANARY), now)
    assert content_of(version.payload)["preSharedKey"] == overlay.MASK
    [row] = kept(version)
    assert json.loads(overlay.opened(policy, row)) == CANARY
    assert CANARY.encode() not in bytes(row.sealed)
    assert CANARY not in str(list(VersionSecret.everywhere.values())) + repr(overlay.separated)


def test_another_secret_alone_makes_a_version_that_says_so(policy, now):
    first = take(policy, wifi(CANARY), now)
    second = take(policy, wifi(OTHER), now)
    assert (second.number, second.change, second.sentence) == (2, "secret", "Pre shared key: another secret")
    assert second.payload == first.payload
    [sentence] = compare(first, second)
    assert (sentence.kind, sentence.before, sentence.after) == ("secret", "•••", "•••")
    assert Payload.everywhere.count() == 1


def test_the_same_secret_again_makes_none(policy, now):
    take(policy, wifi(CANARY), now)
    assert take(policy, wifi(CANARY), now) is None


@pytest.mark.parametrize(("before", "after"), [(CANARY, "****"), ("****", CANARY)])
def test_a_mask_on_one_side_is_no_change(policy, now, before, after):
    take(policy, wifi(before), now)
    assert take(policy, wifi(after), now) is None


def test_a_masked_secret_is_missing_for_a_restore_and_a_plain_one_is_not(policy, now):
    masked = take(policy, wifi("****"), now)
    plain = take(policy, wifi(CANARY, description="x"), now)
    assert (masked.restorable, plain.restorable) == ("secret_missing", "yes")


@pytest.mark.parametrize(("reference", "carried"), [("r1", 1), ("r2", 0)])
def test_a_secret_is_carried_on_where_graph_names_the_same(policy, now, reference, carried):
    def oma(value, name, **further):
        setting = {"omaUri": "./x", "value": value, "isEncrypted": True, "secretReferenceValueId": name}
        return {"id": "p1", "omaSettings": [setting], **further}

    take(policy, oma(CANARY, "r1"), now)
    version = take(policy, oma("****", reference, description="x"), now)
    assert len(kept(version)) == carried


def test_a_seal_of_one_policy_opens_for_no_other(policy, contoso, now):
    version = take(policy, wifi(CANARY), now)
    other = new_policy(contoso, now, graph_id="p2")
    with pytest.raises(overlay.CannotOpen):
        overlay.opened(other, kept(version)[0])


def test_keys_are_rotated_under_secrets_and_fingerprints(policy, now, settings):
    first = take(policy, wifi(CANARY), now)
    old = kept(first)[0]
    settings.SEALING_KEYS = [new_sealing_key(), *settings.SEALING_KEYS]
    assert take(policy, wifi(CANARY), now) is None
    assert overlay.sealed_with(old.key_id) == 1
    assert overlay.reseal_all() == overlay.Resealed(1, 0)
    assert overlay.reseal_all() == overlay.Resealed(0, 0)
    fresh = kept(first)[0]
    assert overlay.sealed_with(old.key_id) == 0
    assert fresh.fingerprint != old.fingerprint
    settings.SEALING_KEYS = settings.SEALING_KEYS[:1]
    assert json.loads(overlay.opened(policy, fresh)) == CANARY
    assert take(policy, wifi(CANARY), now) is None
    assert take(policy, wifi(OTHER), now).change == "secret"


def test_a_key_that_is_gone_makes_a_secret_unknown_and_not_changed(policy, now, settings):
    take(policy, wifi(CANARY), now)
    settings.SEALING_KEYS = [new_sealing_key()]
    assert take(policy, wifi(OTHER), now) is None
    assert overlay.reseal_all() == overlay.Resealed(0, 1)


def test_fingerprints_tell_nothing_across_tenants(policy, fabrikam, now):
    take(policy, wifi(CANARY), now)
    take(new_policy(fabrikam, now), wifi(CANARY), now)
    prints = set(VersionSecret.everywhere.values_list("fingerprint", flat=True))
    assert len(prints) == 2


def test_ops_12_a_canary_is_nowhere_in_the_database(policy, now):
    take(policy, wifi(CANARY), now)
    take(policy, wifi(OTHER), now)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            values = [bytes(v) if isinstance(v, memoryview) else v for row in cursor.fetchall() for v in row]
            assert "canary.QwErTy" not in str(values), table


def encrypted(value, **further):
    """A profile with a secret that Graph names by an id."""
    setting = {"omaUri": "./x", "value": value, "isEncrypted": True, "secretReferenceValueId": "r1"}
    return {"id": "p1", "omaSettings": [setting], **further}


def test_with_a_secret_that_is_carried_on_nothing_is_missing(policy, now):
    take(policy, encrypted(CANARY), now)
    carried = take(policy, encrypted("****", description="x"), now)
    also_masked = take(policy, encrypted("****", description="y", preSharedKey="****"), now)
    assert (carried.restorable, also_masked.restorable) == ("yes", "secret_missing")


def test_a_key_that_is_gone_keeps_no_later_version_away(policy, now, settings):
    take(policy, encrypted(CANARY), now)
    settings.SEALING_KEYS = [new_sealing_key()]
    version = take(policy, encrypted("****", description="x"), now)
    assert (version.number, version.restorable, kept(version)) == (2, "secret_missing", [])
