"""The switch that stops all work, and a copied database that turns it by itself (SEC-10)."""

import shutil
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.lifecycle.leases import HANDED_OVER
from tenantpilot.operations.models import RunEvent
from tenantpilot.operations.monitoring.wait_reasons import Cause, why
from tenantpilot.operations.results import Claimed, NotClaimable
from tenantpilot.operations.retention.services import start_daily
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import Ticked, create_schedule, tick
from tenantpilot.operations.workers.ticker import Ticker
from tenantpilot.tenancy import stops
from tenantpilot.tenancy.database_identity import database_identity
from tenantpilot.tenancy.models import Installation
from tenantpilot.tenancy.stops import notice_copy, resume_installation, resume_tenant, stop_installation, stop_tenant
from tests.databases import IS_POSTGRESQL, pointing_default_at
from tests.operations.kit import Engine, again

pytestmark = pytest.mark.contract
HOUR = timedelta(hours=1)


@pytest.fixture
def engine(contoso) -> Engine:
    return Engine(contoso)


@pytest.fixture
def other(fabrikam) -> Engine:
    return Engine(fabrikam)


@pytest.fixture
def hourly(contoso, fabrikam, alice, now):
    cadence = Cadence(Frequency.HOURLY, "UTC", minute=30)
    for tenant in (contoso, fabrikam):
        create_schedule(
            INVENTORY_SYNC, tenant=tenant, name="Hourly", cadence=cadence, inputs=SyncInputs(), actor=alice, now=now
        )


def test_a_stopped_tenant_takes_up_no_run_and_another_does(engine, other, contoso, alice, now):
    """SEC-10: the condition stands in the statement that takes a run."""
    stop_tenant(contoso, actor=alice, now=now)
    run = engine.start(alice)
    assert isinstance(engine.service.claim(run.pk, owner="worker", now=now), NotClaimable)
    assert why(again(run), now=now).cause is Cause.STOPPED
    assert isinstance(other.service.claim(other.start().pk, owner="worker", now=now), Claimed)
    assert resume_tenant(contoso, actor=alice, now=now)
    assert isinstance(engine.service.claim(run.pk, owner="worker", now=now), Claimed)


def test_a_stopped_installation_takes_up_nothing(engine, other, alice, now):
    """SEC-10."""
    stop_installation(actor=alice, now=now)
    for where in (engine, other):
        assert isinstance(where.service.claim(where.start().pk, owner="worker", now=now), NotClaimable)
    assert start_daily(now=now) == 0
    assert resume_installation(actor=alice, now=now)
    assert start_daily(now=now) > 0


def test_a_lost_run_waits_for_the_resumption(engine, alice, now):
    """SEC-10, OPS-07: what was active at the backup is taken up by neither clock nor reconciler."""
    run = engine.running(alice).run
    stop_installation(actor=None, now=now)
    engine.lose_the_worker()
    engine.let_pass(700)
    assert (engine.reconcile().taken_up, again(run).attempt) == (0, 1)
    resume_installation(actor=None, now=now)
    engine.lose_the_worker()
    assert engine.claim(run).run.attempt == 2


def test_no_slot_is_filled_and_the_latest_missed_runs_once_after(hourly, contoso, alice, now):
    """SEC-10, OPS-34."""
    stop_installation(actor=None, now=now)
    assert tick(now=now + HOUR) == Ticked()
    resume_installation(actor=None, now=now)
    stop_tenant(contoso, actor=alice, now=now)
    assert tick(now=now + 3 * HOUR) == Ticked(started=1)
    resume_tenant(contoso, actor=alice, now=now)
    assert tick(now=now + 3 * HOUR) == Ticked(started=1)


@pytest.mark.parametrize("stop", ["of the tenant", "of all"])
def test_a_run_under_way_is_handed_on_at_its_next_safe_point(engine, contoso, alice, now, stop):
    """SEC-10: no attempt is lost by it."""

    def work(context):
        if stop == "of all":
            stop_installation(actor=alice, now=now)
        else:
            stop_tenant(contoso, actor=alice, now=now)
        Ticker(context, context._lease, engine.service, engine.clock).tick()
        context.safe_point()
        raise AssertionError("it went on")

    run = engine.perform(work, alice)
    assert (run.status, run.lease_owner) == ("running", "")
    assert RunEvent.objects.filter(run=run, name=HANDED_OVER).exists()
    assert isinstance(engine.service.claim(run.pk, owner="worker", now=now), NotClaimable)


def test_each_turn_of_the_switch_is_audited_once(contoso, alice, now):
    """SEC-10."""
    for _twice in range(2):
        stop_tenant(contoso, actor=alice, now=now)
        stop_installation(actor=alice, now=now)
    for _twice in range(2):
        resume_installation(actor=alice, now=now)
        resume_tenant(contoso, actor=alice, now=now)
    entries = AuditLog.objects.filter(actor_id=alice.pk).order_by("pk").values_list("action", flat=True)
    assert list(entries) == ["tenant.stopped", "installation.stopped", "installation.resumed", "tenant.resumed"]


def test_the_first_process_records_the_database_and_later_ones_know_it(database, now):
    """SEC-10."""
    assert [notice_copy(now=now) for _process in range(3)] == [False] * 3
    assert Installation.objects.get().database_identity == database_identity()
    assert stops.installation_stop() is None


@pytest.fixture
def copy(own_database, templates):
    """As a backup is restored: `cp` of the file, or a new database from the old."""
    name = f"tp_copy_{uuid4().hex[:12]}"

    def create():
        connection.close()
        if not IS_POSTGRESQL:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return shutil.copy(own_database.name, f"{own_database.name}.copy")
        templates._execute(f"CREATE DATABASE {name} TEMPLATE {own_database.name}")
        return name

    yield create
    if IS_POSTGRESQL:
        templates._drop(name)


def test_a_copy_of_the_database_starts_stopped(own_database, copy, now):
    """SEC-10: by a file of its own, or a database of its own in the cluster."""
    notice_copy(now=now)
    with pointing_default_at(copy()):
        assert notice_copy(now=now)
        assert not notice_copy(now=now)
        assert "copied or restored" in stops.installation_stop().text
        assert AuditLog.objects.get(action="installation.stopped").after == {"reason": "copied"}
        assert resume_installation(actor=None, now=now)
        assert not notice_copy(now=now)
        assert stops.installation_stop() is None
    assert not notice_copy(now=now)
    assert stops.installation_stop() is None
