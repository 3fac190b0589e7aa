"""What backups brought on each day is written once, when a set ends, and outlives the set."""

from datetime import timedelta

import pytest

from tenantpilot.backups import building, handlers, keeping
from tenantpilot.backups.days import BackupDay, count_set, days_of_tenant, days_of_tenants, forget_days
from tenantpilot.backups.portable.services import start_import
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.backups.services import start_backup
from tenantpilot.backups.states import SetState
from tenantpilot.operations.run_context import WorkerLeaves
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant
from tests.backups.kit import building_set, damaged_and_trashed, new_chain
from tests.versions.kit import new_policy

DAY = timedelta(days=1)


def counted(tenant, now, *sets):
    for state, items in sets:
        count_set(tenant, SetState(state), items, now=now)


def test_a_day_counts_its_sets_and_the_fullest_good_one(contoso, now):
    for number in range(3):
        new_policy(contoso, now, graph_id=f"p{number}")
    counted(contoso, now, ("complete", 2), ("complete", 1), ("incomplete", 3), ("failed", 0))
    counted(contoso, now + DAY, ("failed", 0))
    facts = [
        (day.good, day.incomplete, day.failed, day.policies, day.in_care)
        for day in days_of_tenant(contoso, days=4, now=now + 2 * DAY)
    ]
    assert facts == [(0, 0, 0, 0, 0), (2, 1, 1, 2, 3), (0, 0, 1, 0, 3), (0, 0, 0, 0, 3)]


def test_days_of_tenants_count_each_tenant_once(contoso, fabrikam, now):
    counted(contoso, now, ("complete", 2), ("failed", 0))
    counted(fabrikam, now, ("incomplete", 2))
    days = days_of_tenants(Tenant.everywhere.values("pk"), days=2, now=now)
    assert [(day.good, day.not_good) for day in days] == [(0, 0), (1, 1)]
    mine = days_of_tenants([fabrikam.pk], days=1, now=now)
    assert [(day.good, day.not_good) for day in mine] == [(0, 1)]


def test_what_no_trend_shows_is_forgotten(contoso, now):
    counted(contoso, now - 401 * DAY, ("complete", 1))
    counted(contoso, now - 399 * DAY, ("complete", 1))
    assert forget_days(now=now) == 1
    assert BackupDay.everywhere.count() == 1


def test_a_backup_is_counted_when_its_set_ends_and_stays_counted(back_up, contoso, now):
    backup_set = back_up("deviceConfiguration")
    day = BackupDay.everywhere.get()
    assert (day.good, day.policies, day.in_care > 0) == (1, backup_set.items, True)
    damaged_and_trashed(backup_set, now)
    keeping.delete(backup_set, actor=None, now=now)
    assert BackupDay.everywhere.get().good == 1


@pytest.mark.parametrize("dies", ["before", "after"])
def test_ops_07_a_set_that_two_workers_ended_is_counted_once(contoso, graph, credential, now, monkeypatch, dies):
    seal = handlers._seal

    def leave_once(run, backup_set) -> None:
        monkeypatch.setattr(handlers, "_seal", seal)
        if dies == "after":
            seal(run, backup_set)
        raise WorkerLeaves

    monkeypatch.setattr(handlers, "_seal", leave_once)
    run = start_backup(tenant=contoso, initiator=None, name="x", policy_types=["deviceConfiguration"], now=now).run
    Runner().execute(run.pk)
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.attempt) == ("succeeded", 2)
    assert BackupDay.everywhere.get().good == 1


def test_a_backup_that_fails_is_counted_as_failed(contoso, now):
    run = start_backup(tenant=contoso, initiator=None, name="x", policy_types=["deviceConfiguration"], now=now).run
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert run.outcome == "failed"
    assert BackupDay.everywhere.get().failed == 1


def test_a_backup_that_lost_its_worker_is_counted_as_failed_once(contoso, now):
    building_set(new_chain(contoso, now), 1, now - DAY)
    for _sweep in range(2):
        building.abandon_all(now=now)
    assert [(day.good, day.failed) for day in days_of_tenant(contoso, days=2, now=now)] == [(0, 0), (0, 1)]


def test_a_set_that_the_next_backup_gives_up_is_counted_as_failed(contoso, now):
    chain = new_chain(contoso, now)
    lost = building_set(chain, 1, now - DAY)
    run = start_backup(tenant=contoso, initiator=None, name="x", now=now).run
    building.open_set(chain, BackupRequest(()), run_id=run.pk, slot_at=None, now=now)
    lost.refresh_from_db()
    assert (lost.state, BackupDay.everywhere.get().failed) == ("failed", 1)


def test_a_set_that_was_made_elsewhere_is_no_backup_of_a_day(contoso, now):
    facts = {"name": "set.zip.age", "parts": [b"x"], "key": "correct horse battery staple", "now": now}
    run = start_import(tenant=contoso, initiator=None, **facts).run
    chain = new_chain(contoso, now, "manual")
    for seq, end in enumerate((building.seal, building.fail), start=1):
        backup_set = building_set(chain, seq, now, run_id=run.pk, asked=BackupRequest(()).to_json())
        end(backup_set, **({"run_id": run.pk} if end is building.seal else {"reason_code": "worker_lost"}), now=now)
    assert not BackupDay.everywhere.exists()
