"""A verification names exactly what is damaged, and the set is not good any more."""

import zlib

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups import keeping, verifying
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.operations import BACKUP_SET_REMOVE_POLICIES, BACKUP_VERIFY
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.requests import VerifyInputs
from tenantpilot.backups.services import start_revision, start_verification
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tests.backups.kit import damaged_and_trashed

TYPES = ("settingsCatalog", "deviceConfiguration", "namedLocation", "compliancePolicy")


@pytest.fixture
def backup_set(back_up):
    return back_up(*TYPES)


@pytest.fixture
def verify(backup_set, contoso, alice, now):
    def start_and_work():
        inputs = VerifyInputs(backup_set.pk)
        run = OperationRunService().start(BACKUP_VERIFY, tenant=contoso, initiator=alice, inputs=inputs, now=now).run
        Runner().execute(run.pk)
        run.refresh_from_db()
        backup_set.refresh_from_db()
        return run

    return start_and_work


def test_an_untouched_set_is_intact(backup_set, verify):
    run = verify()
    assert (run.outcome, backup_set.verdict, backup_set.faults) == ("succeeded", "intact", [])
    assert run.summary_counts["items"] == backup_set.items > 3


def test_one_changed_byte_is_named(backup_set, verify, by_sql):
    version = versions_of_set(backup_set).select_related("payload", "policy").first()
    data = bytearray(version.payload.data)
    data[len(data) // 2] ^= 1
    by_sql("UPDATE payloads SET data = %s WHERE id = %s", bytes(data), version.payload_id)
    run = verify()
    assert [(fault["code"], fault["graph_id"]) for fault in backup_set.faults] == [
        ("payload_damaged", version.policy.graph_id)
    ]
    assert (run.outcome, run.failure_summary[0]["item"]) == ("partially_succeeded", version.policy.name)
    assert (backup_set.verdict, backup_set.is_good, backup_set.shown_state) == ("damaged", False, "damaged")
    assert not BackupSet.everywhere.good().exists()


def test_a_payload_that_was_exchanged_with_its_hash_is_named(backup_set, verify, by_sql):
    version = versions_of_set(backup_set).select_related("payload", "policy").first()
    by_sql("UPDATE payloads SET data = %s WHERE id = %s", zlib.compress(b'{"id":"x"}'), version.payload_id)
    verify()
    assert backup_set.faults[0]["graph_id"] == version.policy.graph_id


def test_a_missing_row_is_named_by_its_type(backup_set, verify, by_sql):
    row = BackupMember.everywhere.select_related("policy").filter(policy__type="settingsCatalog").first()
    by_sql("DELETE FROM backup_members WHERE id = %s", row.pk)
    verify()
    assert [(fault["code"], fault["type"]) for fault in backup_set.faults] == [("digest_mismatch", "settingsCatalog")]


def test_an_exchanged_digest_is_named(backup_set, verify, by_sql):
    by_sql("UPDATE backup_sets SET digest = %s WHERE id = %s", "0" * 64, backup_set.pk)
    verify()
    assert [(fault["code"], fault["name"]) for fault in backup_set.faults] == [
        ("digest_mismatch", backup_set.chain.name)
    ]


def test_a_set_that_is_gone_fails_by_name(contoso, now):
    inputs = VerifyInputs(4711)
    run = OperationRunService().start(BACKUP_VERIFY, tenant=contoso, initiator=None, inputs=inputs, now=now).run
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("failed", "set_not_found")


@pytest.mark.parametrize(("change", "reason"), [("revised", "set_busy"), ("deleted", "set_not_found")])
def test_a_verdict_about_a_set_that_changed_meanwhile_is_neither_stored_nor_recorded(
    backup_set, now, monkeypatch, change, reason
):
    checked = verifying._checked

    def check_while_it_changes(read_set):
        yield from checked(read_set)
        if change == "deleted":
            damaged_and_trashed(backup_set, now)
            keeping.delete(backup_set, actor=None, now=now)
            return
        kind, policy = BACKUP_SET_REMOVE_POLICIES, versions_of_set(backup_set).first().policy_id
        run = start_revision(kind, backup_set=backup_set, initiator=None, selection=[policy], now=now).run
        Runner().execute(run.pk)

    monkeypatch.setattr(verifying, "_checked", check_while_it_changes)
    run = start_verification(backup_set, initiator=None, now=now).run
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("failed", reason)
    assert not BackupSet.everywhere.filter(verdict="intact").exists()
    assert not AuditLog.objects.filter(action="backup_set.verified").exists()
