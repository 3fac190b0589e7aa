"""A backup holds every policy that it was asked for, or says what it does not hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from intunesim import Fault

from tenantpilot.backups import handlers
from tenantpilot.backups.building import abandon_all
from tenantpilot.backups.models import BackupGap, BackupMember, BackupSet
from tenantpilot.backups.operations import BACKUP_CREATE, BACKUP_SCHEDULE_RUN
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.requests import ScheduledBackupInputs
from tenantpilot.backups.services import start_backup, start_backup_of_policies
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.models import Notification, OperationRun, Schedule, ScheduleSlot
from tenantpilot.operations.schedules import services as schedules
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion
from tests.backups.conftest import set_of
from tests.backups.kit import building_set
from tests.versions.kit import new_policy
from tests.versions.test_capture import DyingService, WorkerDied

CATALOG = "deviceManagement/configurationPolicies"
TYPE = "settingsCatalog"


def first(directory):
    return next(iter(directory.store.entities(CATALOG)))


def edit(directory, **changes):
    """Change a policy of the tenant as its portal would."""
    entity = first(directory)
    entity.body.update(changes)
    directory.store.put(CATALOG, entity)
    return Policy.everywhere.filter(graph_id=entity.id).first()


def rows():
    return Payload.everywhere.count(), PolicyVersion.everywhere.count(), BackupMember.everywhere.count()


def test_a_backup_holds_the_newest_version_of_every_policy(back_up, alice):
    backup_set = back_up(initiator=alice)
    assert (backup_set.state, backup_set.run.outcome) == ("complete", "succeeded"), backup_set.run.failure_summary
    policies = Policy.everywhere.present().count()
    assert backup_set.items == policies == versions_of_set(backup_set).count() > 20
    counts = backup_set.run.summary_counts
    assert (counts["policies"], counts["versions"], counts["succeeded"]) == (policies, policies, counts["total"])
    assert len(backup_set.digest) == 64
    assert sum(row.get("captured", 0) for row in backup_set.by_type.values()) == policies
    assert not BackupGap.everywhere.exists()
    assert Notification.everywhere.get(recipient=alice).run_id == backup_set.run_id


def test_a_backup_changes_nothing_in_an_inventory_that_is_up_to_date(sync, back_up):
    sync()
    before = dict(Policy.everywhere.values_list("pk", "changed_at"))
    back_up()
    assert dict(Policy.everywhere.values_list("pk", "changed_at")) == before


@pytest.fixture
def now(simulator):
    """Now, on the clock of the tenant: a backup compares times of changes with its own."""
    return simulator.clock.now()


@pytest.fixture
def nightly(contoso, alice, now):
    """A schedule of two types, and a night: fills its next slot and makes its backup."""
    inputs = ScheduledBackupInputs((TYPE, "deviceConfiguration"), "The rest has owners of its own.")
    cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
    facts = {"tenant": contoso, "name": "Nightly", "cadence": cadence, "inputs": inputs, "actor": alice, "now": now}
    return schedules.create_schedule(BACKUP_SCHEDULE_RUN, **facts)


@pytest.fixture
def night(nightly, graph, credential, now):
    def pass_by(number):
        schedules.tick(now=now + timedelta(days=number))
        run = ScheduleSlot.objects.order_by("-slot_at").first().run
        Runner(clock=lambda: now + timedelta(days=number)).execute(run.pk)
        return set_of(run)

    return pass_by


def test_an_unchanged_night_adds_no_payload_no_version_and_no_member(night):
    first_set = night(1)
    before = rows()
    second = night(2)
    assert rows() == before
    assert (second.state, second.seq, second.items, second.digest) == ("complete", 2, first_set.items, first_set.digest)
    assert set(second.by_type) == {TYPE, "deviceConfiguration"}
    assert all(set(numbers) == {"reused"} for numbers in second.by_type.values())


def test_ops_34_a_slot_has_one_set_and_a_scheduled_backup_notifies_nobody(night, nightly, now):
    backup_set = night(1)
    schedules.tick(now=now + timedelta(days=1))
    assert BackupSet.everywhere.get().slot_at == ScheduleSlot.objects.get().slot_at == backup_set.slot_at
    assert backup_set.asked["left_out_reason"] == "The rest has owners of its own."
    assert "group" in backup_set.asked["left_out"]
    assert not Notification.everywhere.exists()


def test_a_backup_outside_the_slots_joins_the_chain_and_notifies_once(night, nightly, alice, now):
    night(1)
    started = schedules.run_now(Schedule.everywhere.get(), initiator=alice, now=now)
    Runner().execute(started.run.pk)
    assert (set_of(started.run).seq, set_of(started.run).slot_at) == (2, None)
    assert Notification.everywhere.get(recipient=alice).run_id == started.run.pk


def test_a_change_closes_one_member_and_opens_one(night, directory):
    first_set = night(1)
    policy = edit(directory, description="Changed by hand")
    before = rows()
    second = night(2)
    assert rows() == tuple(number + 1 for number in before)
    numbers = [versions_of_set(one).get(policy=policy).number for one in (first_set, second)]
    assert (numbers, first_set.digest == second.digest) == ([1, 2], False)


def test_a_policy_that_is_gone_is_named_and_the_set_stays_good(night, directory):
    first_set = night(1)
    entity = first(directory)
    directory.store.remove(CATALOG, entity.id)
    second = night(2)
    gap = BackupGap.everywhere.get()
    assert (gap.set, gap.kind, gap.graph_id, gap.name) == (second, "missing", entity.id, entity.body["name"])
    assert (second.state, second.items) == ("complete", first_set.items - 1)
    assert versions_of_set(first_set).filter(policy__graph_id=entity.id).exists()
    assert night(3).state == "complete"
    assert BackupGap.everywhere.count() == 1


def test_a_type_that_cannot_be_read_makes_the_set_incomplete(night, directory, simulator):
    whole = night(1)
    fault = Fault("status", path=f"/{CATALOG}*", status=403)
    simulator.faults.add(fault)
    torn = night(2)
    gap = BackupGap.everywhere.get()
    assert (torn.state, torn.is_good, torn.run.outcome) == ("incomplete", False, "partially_succeeded")
    assert (gap.type, gap.graph_id, gap.reason_code) == (TYPE, "", "permission_missing")
    assert torn.by_type[TYPE] == {"unread": "permission_missing"}
    assert not versions_of_set(torn).filter(policy__type=TYPE).exists()
    assert versions_of_set(whole).filter(policy__type=TYPE).exists()
    simulator.faults.clear()
    assert night(3).digest == whole.digest


def test_a_torn_policy_is_a_gap_of_its_own(back_up, directory):
    entity = first(directory)
    entity.body["settingCount"] = 40
    directory.store.put(CATALOG, entity)
    torn = back_up(TYPE)
    gap = BackupGap.everywhere.get()
    assert (torn.state, gap.kind, gap.graph_id, gap.reason_code) == (
        "incomplete",
        "failed",
        entity.id,
        "incomplete_read",
    )
    assert torn.by_type[TYPE]["failed"] == 1
    assert torn.items == Policy.everywhere.of_type(TYPE).count() == torn.by_type[TYPE].get("captured", 0)


def test_an_ignored_policy_is_left_out_and_counted(sync, back_up, alice, now):
    sync()
    ignored = Policy.everywhere.of_type(TYPE).first()
    Policy.everywhere.filter(pk=ignored.pk).update(ignored_at=now, ignored_by=alice)
    backup_set = back_up(TYPE)
    assert (backup_set.state, backup_set.by_type[TYPE]["ignored"]) == ("complete", 1)
    assert not versions_of_set(backup_set).filter(policy=ignored).exists()


def test_what_changes_while_the_backup_is_read_is_marked(back_up, directory, simulator, monkeypatch):
    look_again = handlers.look_again
    later = (simulator.clock.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def change_and_look(*arguments):
        edit(directory, lastModifiedDateTime=later)
        look_again(*arguments)

    monkeypatch.setattr(handlers, "look_again", change_and_look)
    backup_set = back_up(TYPE)
    gap = BackupGap.everywhere.get()
    assert (gap.kind, gap.graph_id, gap.reason_code) == ("changed", first(directory).id, "changed_during_backup")
    assert (backup_set.state, backup_set.run.summary_counts["warnings"]) == ("complete", 1)


def test_chosen_policies_alone_are_backed_up(contoso, sync, alice, now):
    sync()
    chosen = list(Policy.everywhere.order_by("pk").values_list("pk", flat=True)[:3])
    facts = {"tenant": contoso, "initiator": alice, "name": "Three", "now": now}
    run = start_backup_of_policies(selection=chosen, **facts).run
    Runner().execute(run.pk)
    backup_set = set_of(run)
    assert (backup_set.state, backup_set.items, backup_set.asked["policies"]) == ("complete", 3, 3)
    by_filter = start_backup_of_policies(selection=PolicyFilter(type=TYPE), **facts).run
    Runner().execute(by_filter.pk)
    assert set_of(by_filter).items == Policy.everywhere.of_type(TYPE).count()


def test_sec_03_policies_of_another_tenant_are_not_backed_up(contoso, fabrikam, sync, alice, now):
    sync()
    foreign = new_policy(fabrikam, now)
    facts = {"tenant": contoso, "initiator": alice, "name": "Theirs", "now": now}
    run = start_backup_of_policies(selection=[foreign.pk], **facts).run
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code, BackupSet.everywhere.count()) == ("failed", "policy_not_found", 0)


def test_a_cancelled_backup_ends_as_a_failed_set(contoso, graph, credential, alice, now, monkeypatch):
    run = start_backup(tenant=contoso, initiator=alice, name="Stopped", now=now, policy_types=(TYPE,)).run
    read_types_whole = handlers.read_types_whole

    def cancel_and_read(*arguments, **clock):
        OperationRunService().request_cancel(OperationRun.everywhere.get(pk=run.pk), actor=alice, now=now)
        run_context[0].stop(handlers_cancelled())
        return read_types_whole(*arguments, **clock)

    run_context = []
    build = handlers._build
    monkeypatch.setattr(handlers, "_build", lambda context, *rest: (run_context.append(context), build(context, *rest)))
    monkeypatch.setattr(handlers, "read_types_whole", cancel_and_read)
    Runner().execute(run.pk)
    backup_set = set_of(run)
    assert (backup_set.state, backup_set.reason_code) == ("failed", "cancelled_by_person")
    assert (backup_set.run.outcome, Notification.everywhere.filter(run=run).count()) == ("cancelled", 1)
    assert not versions_of_set(backup_set).exists()


def handlers_cancelled():
    from tenantpilot.operations.run_context import RunCancelled

    return RunCancelled


def test_ops_07_a_backup_that_is_killed_again_and_again_is_one_whole_set(contoso, graph, credential, now, monkeypatch):
    patient = replace(BACKUP_CREATE, limits=replace(BACKUP_CREATE.limits, attempts=20))
    monkeypatch.setitem(operation_types._types, BACKUP_CREATE.key, patient)
    types = (TYPE, "deviceConfiguration", "compliancePolicy", "namedLocation")
    run = start_backup(tenant=contoso, initiator=None, name="Killed", now=now, policy_types=types).run
    for attempt in range(1, 4):
        later = now + timedelta(minutes=5 * attempt)
        with pytest.raises(WorkerDied):
            Runner(DyingService(at=2 if attempt == 1 else 1), clock=lambda at=later: at).execute(run.pk)
        OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=later + timedelta(minutes=4))
    assert Runner(clock=lambda: now + timedelta(hours=2)).execute(run.pk)
    backup_set = set_of(run)
    assert (backup_set.state, backup_set.run.outcome) == ("complete", "succeeded")
    assert backup_set.items == Policy.everywhere.present().filter(type__in=types).count()
    assert sum(numbers.get("captured", 0) for numbers in backup_set.by_type.values()) == backup_set.items
    assert PolicyVersion.everywhere.count() == backup_set.items


def test_a_set_whose_run_ended_without_it_is_failed(back_up, now):
    backup_set = back_up(TYPE)
    copy = building_set(backup_set.chain, 2, now, run_id=backup_set.run_id)
    assert abandon_all(now=now) == 1
    copy.refresh_from_db()
    assert (copy.state, copy.reason_code) == ("failed", "worker_lost")


def test_a_schedule_that_is_gone_fails_by_name(contoso, graph, credential, now):
    inputs = ScheduledBackupInputs((TYPE,), schedule=4711)
    run = OperationRunService().start(BACKUP_SCHEDULE_RUN, tenant=contoso, initiator=None, inputs=inputs, now=now).run
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("failed", "schedule_gone")


def test_a_chain_outlives_its_schedule(night, nightly, alice, now):
    backup_set = night(1)
    schedules.delete_schedule(Schedule.everywhere.get(), actor=alice, now=now)
    backup_set.chain.refresh_from_db()
    assert (backup_set.chain.schedule_id, backup_set.chain.name) == (None, "Nightly")
