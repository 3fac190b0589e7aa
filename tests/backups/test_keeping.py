"""Holds, the trash, and deletion for good: nothing that is needed goes, and nothing goes at once."""

from datetime import timedelta

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups import keeping, usage
from tenantpilot.backups.models import BackupChain, BackupMember, BackupSet
from tenantpilot.backups.operations import BULK_BACKUP_SET_FORCE_DELETE, BULK_BACKUP_SET_RESTORE, BULK_BACKUP_SET_TRASH
from tenantpilot.backups.requests import SetsInputs
from tenantpilot.operations.models import Notification, RunItem
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tests.backups.kit import building_set, finish, finished_set, member, new_chain
from tests.versions.kit import new_policy, take


@pytest.fixture
def chain(contoso, now):
    return new_chain(contoso, now)


@pytest.fixture
def sets(chain, now):
    return [finished_set(chain, seq, now) for seq in (1, 2, 3)]


def reasons(act, backup_set, **facts):
    with pytest.raises(keeping.SetRefused) as refused:
        act(backup_set, **facts)
    return refused.value.reason_code


def test_a_held_set_stays_until_its_hold_ends(sets, alice, now):
    until = now + timedelta(days=30)
    keeping.hold(sets[0], reason="Audit", until=until, actor=alice, now=now)
    assert reasons(keeping.trash, sets[0], actor=alice, now=now) == "held"
    assert keeping.trash(sets[0], actor=alice, now=until + timedelta(seconds=1))
    assert AuditLog.objects.get(action="backup_set.held").after["reason"] == "Audit"


def test_a_hold_is_released_after_seven_days_and_never_made_shorter(sets, alice, now):
    keeping.hold(sets[0], reason="Audit", until=None, actor=alice, now=now)
    soon = now + timedelta(hours=1)
    assert reasons(keeping.hold, sets[0], reason="x", until=soon, actor=alice, now=now) == "held"
    assert keeping.release(sets[0], actor=alice, now=now) == now + timedelta(days=7)
    assert reasons(keeping.trash, sets[0], actor=alice, now=now + timedelta(days=6)) == "held"
    assert keeping.trash(sets[0], actor=alice, now=now + timedelta(days=8))


def test_a_set_without_a_hold_has_none_to_release(sets, alice, now):
    assert reasons(keeping.release, sets[0], actor=alice, now=now) == "not_held"
    keeping.hold(sets[0], reason="Audit", until=now + timedelta(hours=1), actor=alice, now=now)
    assert reasons(keeping.release, sets[0], actor=alice, now=now + timedelta(hours=2)) == "not_held"


def test_the_last_good_set_is_not_trashed(sets, alice, now):
    assert reasons(keeping.trash, sets[2], actor=alice, now=now) == "last_good"
    assert keeping.trash(sets[1], actor=alice, now=now)


def test_a_set_in_use_or_being_built_is_not_trashed(sets, chain, alice, now, monkeypatch):
    assert reasons(keeping.trash, building_set(chain, 4, now), actor=alice, now=now) == "in_use"
    monkeypatch.setattr(usage, "_questions", [lambda keys: {sets[0].pk}])
    assert reasons(keeping.trash, sets[0], actor=alice, now=now) == "in_use"


def test_what_was_trashed_by_hand_is_deleted_after_seven_days(sets, alice, now):
    assert reasons(keeping.delete, sets[0], actor=alice, now=now) == "not_in_trash"
    keeping.trash(sets[0], actor=alice, now=now)
    assert reasons(keeping.delete, sets[0], actor=alice, now=now + timedelta(days=6)) == "locked"
    keeping.delete(sets[0], actor=alice, now=now + timedelta(days=8))
    assert BackupSet.everywhere.count() == 2


def test_deleting_a_set_deletes_what_no_other_set_holds(contoso, chain, alice, now):
    building = [building_set(chain, seq, now) for seq in (1, 2, 3)]
    policies = [new_policy(contoso, now, graph_id=graph_id) for graph_id in ("p1", "p2")]
    alone = member(chain, take(policies[0], {"id": "p1"}, now), 1, 1)
    shared = member(chain, take(policies[1], {"id": "p2"}, now), 1, 2)
    still_open = member(chain, take(policies[0], {"id": "p1", "passwordRequired": True}, now), 3)
    for backup_set in building:
        finish(backup_set)
    keeping.trash(building[0], actor=None, now=now)
    keeping.delete(building[0], actor=None, now=now)
    assert set(BackupMember.everywhere.values_list("pk", flat=True)) == {shared.pk, still_open.pk}
    assert not BackupMember.everywhere.filter(pk=alone.pk).exists()


def test_a_set_made_by_hand_goes_with_its_chain(contoso, sets, alice, now):
    by_hand = new_chain(contoso, now, kind="manual")
    backup_set = finished_set(by_hand, 1, now)
    keeping.trash(backup_set, actor=None, now=now)
    keeping.delete(backup_set, actor=None, now=now)
    assert not BackupChain.everywhere.filter(pk=by_hand.pk).exists()


@pytest.fixture
def work(contoso, alice):
    def start_and_work(kind, sets, now):
        inputs = SetsInputs(tuple(backup_set.pk for backup_set in sets))
        run = OperationRunService().start(kind, tenant=contoso, initiator=alice, inputs=inputs, now=now).run
        Runner(clock=lambda: now).execute(run.pk)
        run.refresh_from_db()
        return run, dict(RunItem.objects.of_run(run.pk).values_list("key", "reason_code"))

    return start_and_work


def test_ops_13_many_sets_are_trashed_and_each_that_stays_says_why(sets, work, alice, now):
    run, why = work(BULK_BACKUP_SET_TRASH, sets, now)
    assert (run.outcome, run.summary_counts["updated"], run.summary_counts["skipped"]) == ("succeeded", 2, 1)
    assert why == {str(sets[0].pk): "", str(sets[1].pk): "", str(sets[2].pk): "last_good"}
    assert Notification.everywhere.get(recipient=alice).run_id == run.pk
    run, _why = work(BULK_BACKUP_SET_RESTORE, sets[:1], now)
    assert (run.outcome, BackupSet.everywhere.trashed().get()) == ("succeeded", sets[1])
    run, why = work(BULK_BACKUP_SET_FORCE_DELETE, sets[:2], now)
    assert why == {str(sets[0].pk): "not_in_trash", str(sets[1].pk): "locked"}
    run, _why = work(BULK_BACKUP_SET_FORCE_DELETE, sets[1:2], now + timedelta(days=8))
    assert (run.summary_counts["deleted"], BackupSet.everywhere.count()) == (1, 2)


def test_sec_03_sets_of_another_tenant_are_left_alone(fabrikam, work, now):
    theirs = [finished_set(new_chain(fabrikam, now), 1, now)]
    _run, why = work(BULK_BACKUP_SET_TRASH, theirs, now)
    assert why == {str(theirs[0].pk): "set_not_found"}
