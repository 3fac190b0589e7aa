"""Retention keeps what the rule and safety ask for, says why, and does exactly what its preview shows."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups import keeping, usage
from tenantpilot.backups.last_good import last_good_sets
from tenantpilot.backups.models import BackupRetention, BackupSet
from tenantpilot.backups.requests import BackupRequest, asked_types
from tenantpilot.backups.retaining.rules import Candidate, Reason, Rule, Why, decide
from tenantpilot.backups.retaining.services import (
    change_rule,
    decisions,
    rule_in_force,
    start_due,
    start_retention,
    undo_change,
)
from tenantpilot.operations.models import Notification, OperationRun, RunItem
from tenantpilot.operations.workers.runner import Runner
from tests.backups.kit import damaged, finished_set, new_chain

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
BARE = Rule(last=1, daily=0, weekly=0, monthly=0, yearly=0)
DAY = timedelta(days=1)

candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(1, 10_000),
        at=st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 28), timezones=st.just(UTC)),
        is_good=st.booleans(),
        is_held=st.booleans(),
        is_in_use=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda one: one.key,
)
rules = st.builds(
    Rule,
    last=st.integers(1, 5),
    hourly=st.integers(0, 5),
    daily=st.integers(0, 10),
    weekly=st.integers(0, 10),
    monthly=st.integers(0, 10),
    yearly=st.integers(0, 3),
)


def kept(sets, rule, zone="Europe/Berlin"):
    reasons = decide(sets, rule, zone=zone, now=NOW)
    return [one for one in sets if reasons[one.key]]


@given(candidates, rules)
@settings(max_examples=120, deadline=None)
def test_b5_what_is_kept_is_kept_again_whatever_the_order(sets, rule):
    once = kept(sets, rule)
    assert kept(once, rule) == once
    shuffled = random.Random(7).sample(sets, len(sets))
    assert {one.key for one in kept(shuffled, rule)} == {one.key for one in once}


@given(candidates, rules)
@settings(max_examples=120, deadline=None)
def test_b5_the_last_good_the_held_and_the_used_are_always_kept(sets, rule):
    remaining = kept(sets, rule)
    assert {one for one in sets if one.is_held or one.is_in_use or one.at > NOW - 7 * DAY} <= set(remaining)
    good = [one for one in sets if one.is_good]
    if good:
        assert max(good, key=lambda one: (one.at, one.key)) in remaining


@given(candidates, rules, rules)
@settings(max_examples=120, deadline=None)
def test_b5_a_longer_rule_keeps_no_less(sets, rule, other):
    assert set(kept(sets, rule)) <= set(kept(sets, rule.longest(other)))


def days(*states):
    """Return a set a day, the newest last, long enough ago that age keeps none."""
    first = NOW - 100 * DAY
    return [
        Candidate(number, first + number * DAY, is_good=state == "ok", has_content=state != "failed")
        for number, state in enumerate(states)
    ]


def test_case_9_the_last_two_are_the_last_two_whole_ones():
    sets = days("ok", "ok", "failed", "failed", "partial")
    assert [one.key for one in kept(sets, replace(BARE, last=2))] == [0, 1]
    assert [one.key for one in kept(days("ok", "failed", "failed"), BARE)] == [0]


def test_each_set_that_is_kept_says_for_which_week():
    reasons = decide(days(*["ok"] * 20), replace(BARE, weekly=2), zone="UTC", now=NOW)
    assert [reason for found in reasons.values() for reason in found if reason.cause is Why.WEEKLY] == [
        Reason(Why.WEEKLY, "2026-W37"),
        Reason(Why.WEEKLY, "2026-W36"),
    ]


def test_a_period_is_that_of_the_slot_in_the_schedules_zone():
    late = Candidate(1, datetime(2026, 1, 1, 4, 0, tzinfo=UTC))
    [berlin, york] = [
        decide([late], replace(BARE, daily=1), zone=zone, now=NOW)[1] for zone in ("Europe/Berlin", "America/New_York")
    ]
    assert (berlin[-1].period, york[-1].period) == ("2026-01-01", "2025-12-31")


def test_an_incomplete_set_stands_only_for_a_day_without_a_good_one():
    morning = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
    sets = [Candidate(1, morning), Candidate(2, morning + timedelta(hours=6), is_good=False)]
    assert [one.key for one in kept(sets, replace(BARE, daily=5))] == [1]
    alone = [*sets, Candidate(3, morning + DAY, is_good=False)]
    assert [one.key for one in kept(alone, replace(BARE, daily=5))] == [1, 3]


@pytest.mark.parametrize("numbers", [{"last": -1}, {"daily": 1_001}, dict.fromkeys(vars(Rule()), 0)], ids=str)
def test_a_rule_that_cannot_be_is_refused(numbers):
    with pytest.raises(ValueError):
        Rule(**numbers)


@pytest.fixture
def chain(contoso):
    return new_chain(contoso, NOW)


@pytest.fixture
def sets(chain):
    """Thirty nights, the newest yesterday."""
    first = NOW - 30 * DAY
    return [finished_set(chain, seq + 1, first + seq * DAY, slot_at=first + seq * DAY) for seq in range(30)]


@pytest.fixture
def apply(chain):
    def start_and_work(now=NOW, initiator=None):
        run = start_retention(chain, initiator=initiator, now=now).run
        Runner(clock=lambda: now).execute(run.pk)
        run.refresh_from_db()
        return run

    return start_and_work


def test_b5_the_preview_is_what_happens(chain, sets, apply, olivia):
    change_rule(chain, replace(Rule(), daily=31), actor=olivia, now=NOW - 8 * DAY)
    change_rule(chain, replace(BARE, weekly=2), actor=olivia, now=NOW - 8 * DAY)
    keeping.hold(sets[0], reason="Audit", until=None, actor=olivia, now=NOW)
    rule = rule_in_force(BackupRetention.everywhere.get(), now=NOW)
    preview = {one.backup_set.pk for one in decisions(chain, rule, now=NOW) if not one.reasons}
    run = apply(initiator=olivia)
    assert {one.pk for one in BackupSet.everywhere.trashed()} == preview
    assert (run.outcome, run.summary_counts["updated"]) == ("succeeded", len(preview))
    assert len(preview) > 15
    assert Notification.everywhere.get(recipient=olivia).run_id == run.pk
    assert AuditLog.objects.get(action="backup_retention.applied").after["updated"] == len(preview)
    assert apply(now=NOW + timedelta(minutes=1)).summary_counts.get("updated") is None


def test_what_was_in_the_trash_for_two_weeks_is_gone(chain, sets, apply, olivia):
    keeping.trash(sets[0], actor=olivia, now=NOW)
    assert apply(now=NOW + 13 * DAY).summary_counts.get("deleted") is None
    run = apply(now=NOW + 15 * DAY)
    assert run.summary_counts["deleted"] == 1
    assert not BackupSet.everywhere.filter(pk=sets[0].pk).exists()
    assert not Notification.everywhere.exists()


@pytest.mark.parametrize("kind", ["manual", "scheduled"])
def test_the_trash_is_emptied_without_any_schedule(contoso, kind, olivia):
    """A set made by hand, and one of a schedule that makes no more, of which no retention runs."""
    kept = finished_set(new_chain(contoso, NOW, kind="manual"), 1, NOW)
    old = finished_set(new_chain(contoso, NOW, kind=kind), 1, NOW, state="failed")
    keeping.trash(old, actor=olivia, now=NOW)
    assert start_due(now=NOW + 13 * DAY) == 0
    later = NOW + 14 * DAY
    assert start_due(now=later) == 1
    run = OperationRun.everywhere.get()
    Runner(clock=lambda: later).execute(run.pk)
    run.refresh_from_db()
    assert (run.initiator, run.outcome, run.summary_counts["deleted"]) == (None, "succeeded", 1)
    assert list(BackupSet.everywhere.all()) == [kept]
    assert not Notification.everywhere.exists()
    assert start_due(now=later + DAY) == 0


def test_a_set_in_use_in_the_trash_is_tried_once_a_day(contoso, olivia, monkeypatch):
    old = finished_set(new_chain(contoso, NOW, kind="manual"), 1, NOW, state="failed")
    keeping.trash(old, actor=olivia, now=NOW)
    monkeypatch.setattr(usage, "_questions", [lambda keys: {old.pk}])
    later = NOW + 14 * DAY
    assert start_due(now=later) == 1
    run = OperationRun.everywhere.get()
    Runner(clock=lambda: later).execute(run.pk)
    assert RunItem.objects.of_run(run.pk).get().reason_code == "in_use"
    assert start_due(now=later + timedelta(hours=23)) == 0
    assert start_due(now=later + timedelta(hours=24)) == 1


def test_sec_03_the_trash_of_another_tenant_is_left_alone(contoso, fabrikam, olivia):
    theirs = finished_set(new_chain(fabrikam, NOW, kind="manual"), 1, NOW, state="failed")
    ours = finished_set(new_chain(contoso, NOW, kind="manual"), 1, NOW, state="failed")
    for backup_set in (ours, theirs):
        keeping.trash(backup_set, actor=olivia, now=NOW)
    start_due(now=NOW + 14 * DAY)
    run = OperationRun.everywhere.get(tenant=contoso)
    Runner(clock=lambda: NOW + 14 * DAY).execute(run.pk)
    assert list(BackupSet.everywhere.all()) == [theirs]


def test_b6_a_shorter_rule_waits_seven_days_and_a_longer_one_does_not(chain, olivia):
    assert change_rule(chain, replace(Rule(), daily=60), actor=olivia, now=NOW) is None
    assert change_rule(chain, BARE, actor=olivia, now=NOW) == NOW + 7 * DAY
    row = BackupRetention.everywhere.get()
    assert rule_in_force(row, now=NOW + 6 * DAY).daily == 60
    assert rule_in_force(row, now=NOW + 8 * DAY) == BARE
    assert undo_change(chain, actor=olivia, now=NOW + DAY)
    assert rule_in_force(BackupRetention.everywhere.get(), now=NOW + 8 * DAY).daily == 60
    assert not undo_change(chain, actor=olivia, now=NOW + DAY)
    assert AuditLog.objects.get(action="backup_retention.undone").after["daily"] == 60


def test_b6_what_a_stolen_account_shortens_today_removes_nothing_today(chain, sets, apply, olivia):
    change_rule(chain, BARE, actor=olivia, now=NOW)
    before = BackupSet.everywhere.kept().count()
    apply(now=NOW + 6 * DAY)
    assert BackupSet.everywhere.kept().count() == before


def test_the_scheduler_starts_it_after_a_new_set_and_once_a_day(chain, sets, apply):
    BackupSet.everywhere.filter(pk=sets[-1].pk).update(verified_at=NOW)
    finished_set(chain, 31, NOW, read_until=NOW)
    assert start_due(now=NOW) == 1
    run = OperationRun.everywhere.get()
    assert run.initiator is None
    Runner(clock=lambda: NOW).execute(run.pk)
    assert start_due(now=NOW + timedelta(hours=1)) == 0
    assert start_due(now=NOW + timedelta(hours=25)) == 1


def asked(*policy_types, policies=None):
    return (
        asked_types(policy_types, "").to_json() if policies is None else BackupRequest((), policies=policies).to_json()
    )


def test_the_last_whole_set_outlives_a_newer_one_of_one_policy(contoso, chain, olivia):
    """Whole one made by the schedule, then sets of less by it and by hand."""
    whole = finished_set(chain, 1, NOW - 90 * DAY, asked=asked())
    covered = finished_set(chain, 2, NOW - 80 * DAY, asked=asked("compliancePolicy"))
    narrow = finished_set(chain, 3, NOW - 70 * DAY, asked=asked("compliancePolicy"))
    by_hand = new_chain(contoso, NOW, kind="manual")
    chosen = finished_set(by_hand, 1, NOW, asked=asked(policies=1))
    assert last_good_sets(contoso.pk) == {whole.pk, narrow.pk, chosen.pk}
    staying = [decision.backup_set for decision in decisions(chain, BARE, now=NOW) if decision.reasons]
    assert staying == [narrow, whole]
    with pytest.raises(keeping.SetRefused, match="last_good"):
        keeping.trash(whole, actor=olivia, now=NOW)
    assert keeping.trash(chosen, actor=olivia, now=NOW)
    assert keeping.trash(covered, actor=olivia, now=NOW)


def test_the_only_whole_set_made_by_hand_is_not_trashed(contoso, fabrikam, olivia):
    by_hand = [new_chain(contoso, NOW, kind="manual") for _number in range(3)]
    whole = finished_set(by_hand[0], 1, NOW - DAY, asked=asked())
    finished_set(by_hand[1], 1, NOW, asked=asked(policies=1))
    finished_set(new_chain(fabrikam, NOW), 1, NOW, asked=asked())
    with pytest.raises(keeping.SetRefused, match="last_good"):
        keeping.trash(whole, actor=olivia, now=NOW)
    newer = finished_set(by_hand[2], 1, NOW, asked=asked())
    assert keeping.trash(whole, actor=olivia, now=NOW)
    keeping.take_back(whole, actor=olivia, now=NOW)
    damaged(newer)
    assert whole.pk in last_good_sets(contoso.pk)
    assert newer.pk not in last_good_sets(contoso.pk)
