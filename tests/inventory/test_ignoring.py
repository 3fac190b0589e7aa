"""Ignoring policies in bulk: a mark of ours on what was chosen, inside the tenant, told once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import BULK_POLICY_IGNORE
from tenantpilot.inventory.recording import Observation, record_type
from tenantpilot.inventory.selecting import MOST_CHOSEN, NothingChosen, PolicyFilter, TooManyChosen, chosen_policies
from tenantpilot.inventory.services import start_ignore, start_sync, start_unignore
from tenantpilot.operations.models import Notification, OperationRun, RunItem
from tenantpilot.operations.rerun import retry_failed
from tenantpilot.operations.workers.runner import Runner

pytestmark = pytest.mark.contract


def observation(name, **values):
    return Observation(name, name, "", values.get("platform", "windows"), None, {"id": name})


def record(tenant, *names, now, key="settingsCatalog", platform="windows"):
    run = start_sync(tenant=tenant, initiator=None, now=now).run
    with transaction.atomic():
        record_type(tenant, key, [observation(name, platform=platform) for name in names], run_id=run.pk, now=now)
    return list(Policy.everywhere.of_tenant(tenant).of_type(key).by_name())


@pytest.fixture
def policies(contoso, now):
    return record(contoso, "Antivirus", "BitLocker", "Camera", now=now)


@pytest.fixture
def elsewhere(fabrikam, now):
    return record(fabrikam, "Antivirus", now=now)


def done(answer):
    Runner().execute(answer.run.pk)
    return OperationRun.everywhere.get(pk=answer.run.pk)


@pytest.fixture
def ignore(contoso, alice, now):
    def start(selection, reason="Owned by the network team"):
        return done(start_ignore(tenant=contoso, initiator=alice, selection=selection, reason=reason, now=now))

    return start


def ignored():
    return list(Policy.everywhere.ignored().by_name().values_list("name", flat=True))


def test_what_was_chosen_is_marked_with_who_when_and_why(ignore, policies, alice):
    run = ignore([policies[0].pk, policies[2].pk])
    assert (run.outcome, run.summary_counts["succeeded"]) == ("succeeded", 2)
    assert ignored() == ["Antivirus", "Camera"]
    marked = Policy.everywhere.get(name="Camera")
    assert (marked.ignored_by, marked.ignore_reason) == (alice, "Owned by the network team")
    assert marked.ignored_at is not None


def test_nothing_but_the_mark_changes_and_nothing_is_deleted(ignore, policies):
    kept = ("name", "properties", "content_hash", "missing_since", "changed_at")
    before = list(Policy.everywhere.order_by("pk").values(*kept))
    ignore(PolicyFilter())
    assert list(Policy.everywhere.order_by("pk").values(*kept)) == before


def test_ignoring_twice_changes_nothing_and_says_so(ignore, policies):
    first = ignore([policies[0].pk])
    before = Policy.everywhere.get(pk=policies[0].pk).ignored_at
    run = ignore([policies[0].pk], reason="Another")
    assert (first.summary_counts["succeeded"], run.summary_counts["unchanged"]) == (1, 1)
    assert Policy.everywhere.get(pk=policies[0].pk).ignored_at == before


def test_what_is_unignored_is_in_care_again(ignore, policies, contoso, alice, now):
    ignore(PolicyFilter())
    run = done(start_unignore(tenant=contoso, initiator=alice, selection=[policies[1].pk], now=now))
    assert run.outcome == "succeeded"
    assert list(Policy.everywhere.in_care()) == [policies[1]]


def test_a_filter_is_resolved_when_the_run_starts_and_is_frozen_then(policies, contoso, alice, now):
    queued = start_ignore(tenant=contoso, initiator=alice, selection=PolicyFilter(q="a"), reason="", now=now)
    record(contoso, "Antivirus", "Accounts", "BitLocker", "Camera", now=now)
    run = done(queued)
    assert ignored() == ["Accounts", "Antivirus", "Camera"]
    record(contoso, "Alarm", "Antivirus", "Accounts", "BitLocker", "Camera", now=now)
    assert RunItem.objects.of_run(run.pk).count() == 3


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (PolicyFilter(type="compliancePolicy"), ["Encryption"]),
        (PolicyFilter(platform="ios"), ["Encryption"]),
        (PolicyFilter(presence="missing"), ["Camera"]),
        (PolicyFilter(presence="present", type="settingsCatalog"), ["Antivirus", "BitLocker"]),
        (PolicyFilter(q="bitlo"), ["BitLocker"]),
        (PolicyFilter(q="nothing like it"), []),
    ],
)
def test_a_filter_means_what_it_means_in_the_list(ignore, policies, contoso, now, chosen, names):
    record(contoso, "Encryption", now=now, key="compliancePolicy", platform="ios")
    record(contoso, "Antivirus", "BitLocker", now=now + timedelta(hours=1))
    ignore(chosen)
    assert ignored() == names


def test_sec_03_a_filter_reaches_no_other_tenant(ignore, policies, elsewhere):
    ignore(PolicyFilter(q="antivirus"))
    assert list(Policy.everywhere.ignored()) == [policies[0]]


def test_sec_02_a_policy_of_another_tenant_is_not_there(ignore, policies, elsewhere):
    run = ignore([policies[0].pk, elsewhere[0].pk])
    assert (run.outcome, list(Policy.everywhere.ignored())) == ("partially_succeeded", [policies[0]])
    failed = RunItem.objects.of_run(run.pk).failed().get()
    assert (failed.label, failed.reason_code) == (f"Policy {elsewhere[0].pk}", "policy_not_found")
    assert "Antivirus" not in repr(run.failure_summary)


def test_the_items_that_failed_can_be_retried_alone(ignore, policies, alice, now):
    """OPS-04: the run that has ended stays as it is."""
    run = ignore([policies[0].pk, 999_999])
    retried = done(retry_failed(run, actor=alice, now=now))
    assert (retried.inputs["policies"], retried.outcome) == (["999999"], "failed")


def test_ops_23_many_policies_are_told_once_to_who_asked(ignore, policies, alice):
    run = ignore(PolicyFilter())
    assert Notification.everywhere.get().recipient == alice
    assert run.summary_counts == {"total": 3, "processed": 3, "succeeded": 3}


def test_a_system_run_tells_nobody(policies, contoso, now):
    """OPS-23."""
    done(start_ignore(tenant=contoso, initiator=None, selection=PolicyFilter(), reason="", now=now))
    assert not Notification.everywhere.exists()


def test_ops_13_the_circuit_opens_when_most_are_gone(ignore, policies):
    run = ignore(list(range(900_000, 900_050)))
    assert (run.outcome, run.reason_code) == ("failed", "circuit_open")
    assert (run.summary_counts["failed"], run.summary_counts["skipped"]) == (20, 30)


def test_a_sync_leaves_the_mark(ignore, policies, contoso, now):
    ignore([policies[0].pk])
    record(contoso, "Antivirus", "BitLocker", now=now + timedelta(hours=1))
    assert ignored() == ["Antivirus"]


def test_ops_06_the_same_choice_is_the_same_work_in_any_order(policies, contoso, alice, now):
    first = start_ignore(tenant=contoso, initiator=alice, selection=[2, 1, 2], reason="", now=now)
    second = start_ignore(tenant=contoso, initiator=alice, selection=[1, 2], reason="", now=now)
    assert second.run == first.run


def test_no_choice_is_refused_and_a_very_long_one_too():
    with pytest.raises(NothingChosen):
        chosen_policies([])
    with pytest.raises(TooManyChosen, match="10,000"):
        chosen_policies(range(MOST_CHOSEN + 1))


def test_ops_12_a_reason_is_kept_without_what_looks_secret(ignore, policies):
    ignore([policies[0].pk], reason="password=hunter2 " + "x" * 500)
    kept = Policy.everywhere.get(pk=policies[0].pk).ignore_reason
    assert "hunter2" not in kept
    assert len(kept) <= 200
    assert "hunter2" not in repr(OperationRun.everywhere.of_type(BULK_POLICY_IGNORE.key).values())


def test_the_database_refuses_half_a_mark(policies):
    with pytest.raises(IntegrityError, match="policy_ignore_mark_whole"), transaction.atomic():
        Policy.everywhere.update(ignore_reason="why")
