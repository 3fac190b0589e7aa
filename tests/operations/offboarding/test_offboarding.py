"""A tenant that leaves: archived, brought back, removed; and the same for a workspace."""

from datetime import timedelta

import pytest
from django.db import connection

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun, RunEvent, Schedule
from tenantpilot.operations.offboarding.archiving import (
    archive_tenant,
    archive_workspace,
    bring_tenant_back,
    bring_workspace_back,
)
from tenantpilot.operations.offboarding.removing import CannotRemove, owned_tables, remove_tenant, remove_workspace
from tenantpilot.operations.results import Claimed, TenantArchived
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import create_schedule, tick
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.access import resolve_tenant, tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace
from tenantpilot.tenancy.services import WorkspaceArchived, create_tenant
from tenantpilot.tenancy.stops import resume_tenant, stop_tenant
from tests.people import ENTRA
from tests.web.kit import ended, policy, running

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hourly(contoso, olivia, now):
    cadence = Cadence(Frequency.HOURLY, "UTC", minute=0)
    facts = {"tenant": contoso, "name": "Hourly", "inputs": SyncInputs(), "actor": olivia, "now": now}
    return create_schedule(INVENTORY_SYNC, cadence=cadence, **facts)


def archived(tenant, actor, now):
    """Archive the tenant; what earlier transactions would have checked at their commit is checked here."""
    archive_tenant(tenant, actor=actor, now=now)
    connection.check_constraints()
    return Tenant.everywhere.get(pk=tenant.pk)


def test_a_queued_run_ends_and_a_running_one_is_asked_to(contoso, fabrikam, olivia, now):
    held = running(contoso, olivia, now, "group")
    waits = start_sync(tenant=contoso, initiator=olivia, now=now).run
    other = start_sync(tenant=fabrikam, initiator=olivia, now=now).run
    assert archive_tenant(contoso, actor=olivia, now=now + MINUTE)
    assert OperationRun.everywhere.get(pk=waits.pk).outcome == "cancelled"
    assert OperationRunService().signals(held.lease).cancel_requested
    assert OperationRun.everywhere.get(pk=other.pk).status == "queued"
    entry = AuditLog.objects.get(action="tenant.archived")
    assert (entry.before, entry.after) == ({"archived": False}, {"archived": True, "runs_ended": 2})


def test_a_shell_archives_without_a_person(contoso, olivia, now):
    held, waits = running(contoso, olivia, now, "group"), start_sync(tenant=contoso, initiator=olivia, now=now).run
    archive_tenant(contoso, actor=None, now=now)
    assert OperationRun.everywhere.get(pk=waits.pk).outcome == "cancelled"
    assert OperationRunService().signals(held.lease).cancel_requested


def test_nothing_starts_in_it(contoso, olivia, hourly, now):
    archived(contoso, olivia, now)
    with pytest.raises(TenantArchived):
        start_sync(tenant=contoso, initiator=olivia, now=now)
    assert tick(now=now + timedelta(hours=2)).started == 0
    assert not OperationRun.everywhere.exists()


def test_data_stays_readable_and_nothing_else_is_allowed(contoso, olivia, alice, now):
    archived(contoso, olivia, now)
    owner, operator = (resolve_tenant(person, "contoso") for person in (olivia, alice))
    rooms = {Capability.INVENTORY_VIEW, Capability.BACKUP_VIEW, Capability.RESTORE_VIEW}
    assert operator.capabilities == {Capability.TENANT_VIEW, Capability.OPERATIONS_VIEW, *rooms}
    assert owner.may(Capability.TENANT_MANAGE)
    assert "archived" in operator.why_not(Capability.INVENTORY_SYNC)
    assert contoso in tenants_where(alice, Capability.INVENTORY_VIEW)
    assert contoso not in tenants_where(alice, Capability.INVENTORY_SYNC)


def test_resuming_work_does_not_bring_an_archived_tenant_back(contoso, olivia, now):
    archived(contoso, olivia, now)
    assert not resume_tenant(contoso, actor=olivia, now=now)
    assert not archive_tenant(contoso, actor=olivia, now=now)


@pytest.mark.parametrize("was_stopped", [True, False])
def test_brought_back_it_works_again_unless_it_was_stopped_before(contoso, olivia, hourly, now, was_stopped):
    if was_stopped:
        stop_tenant(contoso, actor=olivia, now=now - MINUTE)
    archived(contoso, olivia, now)
    assert bring_tenant_back(contoso, actor=olivia, now=now + MINUTE)
    assert not bring_tenant_back(contoso, actor=olivia, now=now + MINUTE)
    run = start_sync(tenant=contoso, initiator=olivia, now=now + MINUTE).run
    is_taken = isinstance(OperationRunService().claim(run.pk, owner="w", now=now + MINUTE), Claimed)
    assert is_taken is not was_stopped


def test_removal_asks_for_the_name_and_for_an_archived_tenant_at_rest(contoso, olivia, now):
    with pytest.raises(CannotRemove, match="Archive Contoso first"):
        remove_tenant(contoso, typed="Contoso", actor=olivia, now=now)
    running(contoso, olivia, now, "group")
    archived(contoso, olivia, now)
    with pytest.raises(CannotRemove, match="exactly"):
        remove_tenant(contoso, typed="contoso", actor=olivia, now=now)
    with pytest.raises(CannotRemove, match="1 operations of Contoso have not ended"):
        remove_tenant(contoso, typed="Contoso", actor=olivia, now=now)
    assert Tenant.everywhere.filter(pk=contoso.pk).exists()


def test_removed_for_good_every_row_is_gone_and_the_log_stays(contoso, fabrikam, olivia, alice, charlie, hourly, now):
    for place, person in ((contoso, alice), (fabrikam, charlie)):
        run = ended(place, person, now, failed=1)
        policy(place, "BitLocker", now, last_seen_run=run)
    archived(contoso, olivia, now)
    before = AuditLog.objects.count()
    rows = remove_tenant(contoso, typed="Contoso", actor=olivia, now=now)
    assert rows["operations.OperationRun"] == rows["inventory.Policy"] == rows["operations.Schedule"] == 1
    left = {
        model._meta.label: model.everywhere.filter(tenant_id=contoso.pk).count() for model in owned_tables("tenant")
    }
    assert set(left.values()) == {0}, left
    assert not Tenant.everywhere.filter(pk=contoso.pk).exists()
    assert Policy.everywhere.get().tenant_id == fabrikam.pk
    assert RunEvent.objects.exists()
    assert Notification.everywhere.count() == 1
    assert TenantMember.everywhere.filter(user=charlie).exists()
    assert User.objects.filter(pk=alice.pk).exists()
    assert AuditLog.objects.count() == before + 1
    assert AuditLog.objects.get(action="tenant.removed").before["name"] == "Contoso"


def test_a_workspace_goes_and_comes_back_with_its_tenants(northwind, contoso, fabrikam, olivia, pat, now):
    archived(fabrikam, olivia, now - MINUTE)
    assert archive_workspace(northwind, actor=pat, now=now)
    with pytest.raises(WorkspaceArchived):
        create_tenant(
            workspace=northwind, slug="adatum", name="Adatum", entra_tenant_id=ENTRA["adatum"], actor=pat, now=now
        )
    assert Tenant.everywhere.get(pk=contoso.pk).archived_at == now
    assert not bring_tenant_back(contoso, actor=olivia, now=now), "its workspace is archived"
    assert bring_workspace_back(northwind, actor=pat, now=now + MINUTE)
    assert Tenant.everywhere.get(pk=contoso.pk).archived_at is None
    assert Tenant.everywhere.get(pk=fabrikam.pk).archived_at is not None, "it had left before"


def test_a_workspace_is_removed_with_all_that_it_owns(northwind, contoso, alice, olivia, pat, hourly, now):
    policy(contoso, "BitLocker", now, last_seen_run=ended(contoso, alice, now))
    archive_workspace(northwind, actor=pat, now=now)
    connection.check_constraints()
    remove_workspace(northwind, typed="Northwind MSP", actor=pat, now=now)
    assert not Workspace.objects.exists()
    assert not Tenant.everywhere.exists()
    assert not Schedule.everywhere.exists()
    assert User.objects.filter(pk__in=(alice.pk, olivia.pk)).count() == 2
    assert AuditLog.objects.filter(action="workspace.removed").count() == 2
