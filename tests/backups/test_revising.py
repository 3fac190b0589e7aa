"""A set made by hand gets policies and loses some, in revisions that nobody sees half done (OPS-26)."""

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.operations import BACKUP_SET_ADD_POLICIES, BACKUP_SET_REMOVE_POLICIES
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.services import SetBusy, start_revision
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import RunItem
from tenantpilot.operations.results import AlreadyActive
from tenantpilot.operations.workers.runner import Runner
from tests.backups.kit import damaged_and_trashed

TYPE = "settingsCatalog"


def others():
    """Return two policies that the set does not hold."""
    return list(Policy.everywhere.exclude(type=TYPE).order_by("pk")[:2])


@pytest.fixture
def by_hand(sync, back_up):
    sync()
    return back_up(TYPE)


@pytest.fixture
def revise(by_hand, alice, now):
    def ask_and_work(kind, policies):
        keys = [policy.pk for policy in policies]
        run = start_revision(kind, backup_set=by_hand, initiator=alice, selection=keys, now=now).run
        Runner().execute(run.pk)
        run.refresh_from_db()
        by_hand.refresh_from_db()
        return run

    return ask_and_work


def test_policies_are_added_as_they_are_now(by_hand, revise):
    before, digest = by_hand.items, by_hand.digest
    added = others()
    run = revise(BACKUP_SET_ADD_POLICIES, added)
    assert (run.outcome, run.summary_counts["succeeded"]) == ("succeeded", 2)
    assert (by_hand.seq, by_hand.items, by_hand.digest == digest) == (2, before + 2, False)
    assert set(added) <= {version.policy for version in versions_of_set(by_hand)}
    assert sum(numbers["captured"] for key, numbers in by_hand.by_type.items() if key != TYPE) == 2
    entry = AuditLog.objects.get(action="backup_set.revised")
    assert (entry.before["policies"], entry.after["policies"]) == (before, before + 2)


def test_policies_are_removed_and_what_was_added_again_gives_the_digest_of_before(by_hand, revise):
    digest, removed = by_hand.digest, [versions_of_set(by_hand).first().policy]
    revise(BACKUP_SET_REMOVE_POLICIES, removed)
    assert removed[0] not in {version.policy for version in versions_of_set(by_hand)}
    revise(BACKUP_SET_ADD_POLICIES, removed)
    assert (by_hand.seq, by_hand.digest) == (3, digest)


def test_what_is_there_already_or_not_at_all_is_skipped_with_the_reason(by_hand, revise):
    held = [versions_of_set(by_hand).first().policy]
    run = revise(BACKUP_SET_ADD_POLICIES, held)
    assert RunItem.objects.get(run=run).reason_code == "already_in_set"
    run = revise(BACKUP_SET_REMOVE_POLICIES, others()[:1])
    assert RunItem.objects.get(run=run).reason_code == "not_in_set"


def test_ops_26_the_same_change_is_joined_and_another_one_refused(by_hand, alice, bob, now):
    keys = [policy.pk for policy in others()]
    first = start_revision(BACKUP_SET_ADD_POLICIES, backup_set=by_hand, initiator=alice, selection=keys, now=now)
    same = start_revision(BACKUP_SET_ADD_POLICIES, backup_set=by_hand, initiator=bob, selection=keys, now=now)
    assert same == AlreadyActive(first.run)
    with pytest.raises(SetBusy) as busy:
        start_revision(BACKUP_SET_ADD_POLICIES, backup_set=by_hand, initiator=bob, selection=keys[:1], now=now)
    assert busy.value.run == first.run


def test_a_set_of_a_schedule_or_in_the_trash_is_not_changed(by_hand, revise, now):
    held = [versions_of_set(by_hand).first().policy]
    damaged_and_trashed(by_hand, now)
    run = revise(BACKUP_SET_REMOVE_POLICIES, held)
    assert (run.outcome, run.reason_code) == ("failed", "set_not_found")
