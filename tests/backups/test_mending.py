"""A capture that reads the very content of a damaged payload stores it again, and the history of that can be seen."""

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.services import start_verification
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.payloads import is_whole
from tenantpilot.versions.services import start_capture
from tests.web.html import read

TYPES = ("deviceConfiguration", "settingsCatalog")
CONFIGURATIONS = "deviceManagement/deviceConfigurations"


@pytest.fixture
def backup_set(back_up):
    return back_up(*TYPES)


@pytest.fixture
def damaged(backup_set, by_sql):
    """A version of the set whose bytes somebody changed."""
    version = versions_of_set(backup_set).select_related("payload", "policy").get(policy__type=TYPES[0])
    data = bytearray(version.payload.data)
    data[-1] ^= 1
    by_sql("UPDATE payloads SET data = %s WHERE id = %s", bytes(data), version.payload_id)
    return version


def verdict_of(backup_set, now):
    """Verify the set as a worker would."""
    Runner().execute(start_verification(backup_set, initiator=None, now=now).run.pk)
    backup_set.refresh_from_db()
    return backup_set.verdict


def history():
    entries = AuditLog.objects.filter(target_type="payload").order_by("sequence")
    return [(entry.action, entry.after["policy"]) for entry in entries]


def is_stored_again(version):
    payload = Payload.everywhere.get(pk=version.payload_id)
    return is_whole(payload) and payload.damaged_at is None and payload.mended_at is not None


def test_a_backup_after_the_verification_mends_the_set(backup_set, damaged, back_up, now):
    assert verdict_of(backup_set, now) == "damaged"
    assert Payload.everywhere.get(damaged_at__isnull=False).pk == damaged.payload_id
    later = back_up(*TYPES)
    assert (later.state, verdict_of(later, now), verdict_of(backup_set, now)) == ("complete", "intact", "intact")
    assert is_stored_again(damaged)
    assert PolicyVersion.everywhere.of_policy(damaged.policy).count() == 1
    name = damaged.policy.name
    assert history() == [("payload.damaged", name), ("payload.mended", name)]


def test_damage_that_nobody_has_found_yet_is_no_protection(backup_set, damaged, back_up, now):
    later = back_up(*TYPES)
    assert (later.state, verdict_of(later, now), is_stored_again(damaged)) == ("complete", "intact", True)


def test_a_capture_by_hand_protects_and_a_backup_still_mends(backup_set, damaged, back_up, contoso, alice, now):
    """A policy that is read alone has other bytes, those of its annotations, and so a version of its own."""
    assert verdict_of(backup_set, now) == "damaged"
    Runner().execute(start_capture(tenant=contoso, initiator=alice, selection=[damaged.policy_id], now=now).run.pk)
    assert PolicyVersion.everywhere.of_policy(damaged.policy).newest_first().first().change == "repair"
    back_up(*TYPES)
    assert (is_stored_again(damaged), verdict_of(backup_set, now)) == (True, "intact")
    assert PolicyVersion.everywhere.of_policy(damaged.policy).count() == 2


def test_the_same_form_in_other_bytes_is_a_version_of_its_own(backup_set, damaged, back_up, directory, now):
    """The bytes of the damaged version are gone for good, and the policy is protected again all the same."""
    entity = directory.store.find(CONFIGURATIONS, damaged.policy.graph_id)
    entity.body = dict(reversed(entity.body.items()))
    directory.store.put(CONFIGURATIONS, entity)
    later = back_up(*TYPES)
    newest = versions_of_set(later).get(policy=damaged.policy)
    assert (newest.number, newest.change, newest.form_hash) == (2, "repair", damaged.form_hash)
    assert (verdict_of(later, now), verdict_of(backup_set, now)) == ("intact", "damaged")
    assert [back_up(*TYPES).state, PolicyVersion.everywhere.of_policy(damaged.policy).count()] == [
        "complete",
        2,
    ]


def test_a_version_with_the_payload_of_another_protects_nothing(backup_set, back_up, by_sql, now):
    version, other = versions_of_set(backup_set).select_related("policy").order_by("pk")[:2]
    by_sql("UPDATE policy_versions SET payload_id = %s WHERE id = %s", other.payload_id, version.pk)
    later = back_up(*TYPES)
    assert versions_of_set(later).get(policy=version.policy).change == "repair"
    assert verdict_of(later, now) == "intact"


def test_a_damaged_version_keeps_no_later_one_away(backup_set, damaged, directory, back_up, now):
    entity = directory.store.find(CONFIGURATIONS, damaged.policy.graph_id)
    entity.body["description"] = "Changed by hand"
    directory.store.put(CONFIGURATIONS, entity)
    later = back_up(*TYPES)
    assert (later.state, verdict_of(later, now), verdict_of(backup_set, now)) == ("complete", "intact", "damaged")


def test_the_page_of_the_set_says_what_was_stored_again(backup_set, damaged, back_up, signed_in, alice, now):
    verdict_of(backup_set, now)
    page = reverse("backup-set", args=["contoso", backup_set.pk])
    browser = signed_in(alice)
    assert "It was stored again" not in read(browser.get(page)).one("main").words
    back_up(*TYPES)
    notes = read(browser.get(page)).one("main").words
    assert f"{damaged.policy.name}" in notes
    assert "It was stored again" in notes
