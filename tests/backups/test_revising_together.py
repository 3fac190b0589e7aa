"""Two revisions of one set never mix, and none is written twice or without a change, whoever dies in between."""

from datetime import timedelta

import pytest
from intunesim import Plan

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups import revising, services
from tenantpilot.backups.digest import digest_of, entries_of
from tenantpilot.backups.models import BackupMember
from tenantpilot.backups.operations import BACKUP_SET_ADD_POLICIES, BACKUP_SET_REMOVE_POLICIES
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.services import start_revision
from tenantpilot.backups.verifying import record_verdict
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.items.working import RunItems
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tests.versions.test_capture import WorkerDied

TYPE = "settingsCatalog"


@pytest.fixture
def plan():
    return Plan(policies=12, seed=7, kinds=(TYPE, "compliancePolicy"))


@pytest.fixture
def by_hand(sync, back_up):
    sync()
    return back_up(TYPE)


@pytest.fixture
def ask(by_hand, now, monkeypatch):
    """Ask for a revision as somebody who does not see yet what another one has asked for."""
    monkeypatch.setattr(services, "_other_revision", lambda *facts: None)

    def start(kind, policies):
        keys = [policy.pk for policy in policies]
        return start_revision(kind, backup_set=by_hand, initiator=None, selection=keys, now=now).run

    return start


def work(run, at=None):
    Runner(clock=lambda: at).execute(run.pk) if at else Runner().execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


def policies_of(backup_set):
    return {version.policy for version in versions_of_set(backup_set)}


def others():
    """Return the policies that the set does not hold."""
    return list(Policy.everywhere.exclude(type=TYPE).order_by("pk"))


def is_whole(backup_set):
    members = BackupMember.everywhere.at(backup_set.chain, backup_set.seq)
    return backup_set.digest == digest_of(entries_of(members)) and backup_set.items == members.count()


def revisions():
    return AuditLog.objects.filter(action="backup_set.revised").count()


def test_the_second_of_two_revisions_is_refused_and_leaves_nothing(by_hand, ask, monkeypatch):
    before, added, held = policies_of(by_hand), others()[0], versions_of_set(by_hand).first().policy
    first = ask(BACKUP_SET_ADD_POLICIES, [added])
    second = ask(BACKUP_SET_REMOVE_POLICIES, [held])
    read_chosen, answers = revising.read_chosen, []

    def read_while_another_works(*facts):
        answers.append(work(second))
        yield from read_chosen(*facts)

    monkeypatch.setattr(revising, "read_chosen", read_while_another_works)
    assert work(first).outcome == "succeeded"
    assert (answers[0].outcome, answers[0].reason_code) == ("failed", "set_busy")
    by_hand.refresh_from_db()
    assert (by_hand.seq, policies_of(by_hand)) == (2, before | {added})
    assert is_whole(by_hand)


def test_a_revision_begins_with_the_set_as_the_one_before_left_it(by_hand, ask, monkeypatch):
    """The second run has looked for its set when the first one writes the next revision."""
    before, added, held = policies_of(by_hand), others()[0], versions_of_set(by_hand).first().policy
    first = ask(BACKUP_SET_ADD_POLICIES, [added])
    second = ask(BACKUP_SET_REMOVE_POLICIES, [held])
    is_first = []

    def freeze_late(run, find):
        if run.run_id == second.pk and not is_first:
            is_first.append(work(first))
        return RunItems(run, find)

    monkeypatch.setattr(revising, "RunItems", freeze_late)
    assert work(second).outcome == "succeeded"
    by_hand.refresh_from_db()
    assert (by_hand.seq, policies_of(by_hand)) == (3, (before | {added}) - {held})
    assert is_whole(by_hand)


def test_a_worker_that_dies_behind_its_revision_costs_no_second_one(by_hand, ask, now, monkeypatch):
    write = revising._write

    def write_and_die(run, backup_set):
        write(run, backup_set)
        raise WorkerDied

    run = ask(BACKUP_SET_ADD_POLICIES, others()[:2])
    monkeypatch.setattr(revising, "_write", write_and_die)
    with pytest.raises(WorkerDied):
        work(run, now)
    monkeypatch.setattr(revising, "_write", write)
    OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=now + timedelta(minutes=4))
    assert work(run, now + timedelta(minutes=5)).outcome == "succeeded"
    by_hand.refresh_from_db()
    assert (by_hand.seq, revisions()) == (2, 1)
    assert is_whole(by_hand)


@pytest.mark.parametrize("kind", [BACKUP_SET_ADD_POLICIES, BACKUP_SET_REMOVE_POLICIES], ids=["add", "remove"])
def test_a_revision_that_changes_nothing_is_none_and_the_verdict_stays(by_hand, ask, now, kind):
    record_verdict(by_hand, [], actor=None, now=now)
    policies = [versions_of_set(by_hand).first().policy] if kind is BACKUP_SET_ADD_POLICIES else others()[:1]
    assert work(ask(kind, policies)).summary_counts["skipped"] == 1
    by_hand.refresh_from_db()
    assert (by_hand.seq, by_hand.verdict, revisions()) == (1, "intact", 0)
