"""OPS-34: a schedule of a whole workspace starts syncs in its tenants, as they are at the time of each slot."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC
from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.models import Notification, OperationRun, RunItem, Schedule, ScheduleSlot
from tenantpilot.operations.offboarding.archiving import archive_tenant, archive_workspace
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import NameTaken, Ticked, create_schedule, pause, run_now, tick
from tenantpilot.operations.workers.runner import Runner
from tests.people import new_tenant

pytestmark = [pytest.mark.contract, pytest.mark.database]

HOUR = timedelta(hours=1)
HOURLY = Cadence(Frequency.HOURLY, "UTC", minute=30)


@pytest.fixture
def of_all(northwind, contoso, fabrikam, olivia, now):
    """Every tenant of Northwind, every hour."""
    return made(northwind, olivia, now, "All")


def made(workspace, actor, now, name, text="", **more):
    inputs = TenantsInputs(TenantFilter(text), **more)
    return create_schedule(
        TENANTS_SYNC, tenant=None, workspace=workspace, name=name, cadence=HOURLY, inputs=inputs, actor=actor, now=now
    )


def results(at):
    """What the run of a slot at this time made of each tenant."""
    tick(now=at)
    run = OperationRun.everywhere.of_type("tenants_sync").newest_first().first()
    Runner().execute(run.pk)
    return {item.label: item.state for item in RunItem.objects.of_run(run.pk)}


def test_a_slot_starts_a_system_run_of_the_workspace(of_all, northwind, now):
    assert tick(now=now + HOUR) == Ticked(started=1)
    run = OperationRun.everywhere.get()
    assert (run.workspace, run.tenant, run.initiator, run.queue) == (northwind, None, None, "scheduled")
    Runner().execute(run.pk)
    assert not Notification.everywhere.exists()
    assert OperationRun.everywhere.of_type("inventory_sync").filter(initiator=None, queue="scheduled").count() == 2


def test_tenants_join_by_themselves_and_archived_ones_are_left_out(of_all, northwind, contoso, now):
    assert results(now + HOUR) == {"Contoso": "succeeded", "Fabrikam": "succeeded"}
    name = new_tenant(northwind, "adatum").name
    archive_tenant(contoso, actor=None, now=now)
    assert results(now + 2 * HOUR) == {name: "succeeded", "Fabrikam": "unchanged"}


def test_a_filter_chooses_by_name_and_never_another_workspace(northwind, contoso, fabrikam, olivia, now):
    made(northwind, olivia, now, "Some", "FABRI", capture=True)
    assert results(now + HOUR) == {"Fabrikam": "succeeded"}
    assert OperationRun.everywhere.of_type("inventory_sync").get().inputs["capture"] is True


def test_a_slot_is_skipped_while_the_run_before_is_under_way(of_all, now):
    tick(now=now + HOUR)
    assert tick(now=now + 2 * HOUR) == Ticked(skipped=1)
    assert OperationRun.everywhere.count() == 1
    assert ScheduleSlot.objects.get(result="skipped_overlap").run is None


def test_an_archived_workspace_and_a_paused_schedule_start_nothing(of_all, northwind, olivia, now):
    pause(of_all, actor=olivia, now=now)
    assert tick(now=now + HOUR) == Ticked()
    Schedule.everywhere.update(paused_at=None)
    archive_workspace(northwind, actor=None, now=now)
    assert tick(now=now + HOUR) == Ticked()


def test_it_is_run_now_for_a_person_who_is_notified(of_all, olivia, now):
    run = run_now(of_all, initiator=olivia, now=now).run
    Runner().execute(run.pk)
    assert (run.initiator, run.queue) == (olivia, "interactive")
    assert Notification.everywhere.get(recipient=olivia).run_id == run.pk


def test_a_name_is_used_once_in_a_workspace_beside_its_tenants(of_all, northwind, contoso, olivia, now):
    create_schedule(
        INVENTORY_SYNC, tenant=contoso, name="All", cadence=HOURLY, inputs=SyncInputs(), actor=olivia, now=now
    )
    with pytest.raises(NameTaken):
        made(northwind, olivia, now, "All")
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.everywhere.filter(pk=made(northwind, olivia, now, "Two").pk).update(name="All")


def test_what_a_type_is_about_decides_where_it_is_scheduled(northwind, contoso, olivia, now):
    facts = {"name": "x", "cadence": HOURLY, "actor": olivia, "now": now}
    with pytest.raises(ValueError, match="scheduled"):
        create_schedule(INVENTORY_SYNC, tenant=None, workspace=northwind, inputs=SyncInputs(), **facts)
    with pytest.raises(ValueError, match="scheduled"):
        create_schedule(TENANTS_SYNC, tenant=contoso, inputs=TenantsInputs(TenantFilter()), **facts)


def test_the_database_lets_no_schedule_change_its_owner(of_all, contoso, fabrikam, olivia, now):
    """A tenant's schedule that lost its tenant would be about every tenant of the workspace."""
    of_tenant = create_schedule(
        INVENTORY_SYNC, tenant=contoso, name="One", cadence=HOURLY, inputs=SyncInputs(), actor=olivia, now=now
    )
    for schedule, tenant in ((of_tenant, None), (of_tenant, fabrikam), (of_all, contoso)):
        with pytest.raises(DatabaseError, match="schedule_owner_fixed"), transaction.atomic():
            Schedule.everywhere.filter(pk=schedule.pk).update(tenant=tenant)
    assert Schedule.everywhere.filter(pk=of_tenant.pk).update(tenant=contoso, name="Same") == 1
