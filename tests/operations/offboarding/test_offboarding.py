"""A tenant that leaves: archived, brought back, removed; and the same for a workspace."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun, Schedule
from tenantpilot.operations.offboarding import handlers
from tenantpilot.operations.offboarding.archiving import (
    archive_tenant,
    archive_workspace,
    bring_tenant_back,
    bring_workspace_back,
)
from tenantpilot.operations.offboarding.removing import CannotRemove, remove_workspace, start_removal
from tenantpilot.operations.offboarding.stored import RemovalInputs
from tenantpilot.operations.offboarding.tables import owned_tables
from tenantpilot.operations.operations import TENANT_REMOVAL
from tenantpilot.operations.results import Claimed, TenantArchived
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import create_schedule, tick
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.models import RestoreRun
from tenantpilot.tenancy.access import resolve_tenant, tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tenantpilot.tenancy.services import WorkspaceArchived, create_tenant
from tenantpilot.tenancy.stops import resume_tenant, stop_tenant
from tenantpilot.versions.models import PolicyVersion
from tests.backups.kit import building_set, finish, new_chain
from tests.backups.kit import member as held_by_backup
from tests.people import ENTRA
from tests.versions.kit import new_policy, take
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


def begin(tenant, actor, now):
    """Start the removal. What earlier transactions would have checked at their commit is checked here."""
    started = start_removal(tenant, typed=tenant.name, actor=actor, now=now)
    connection.check_constraints()
    return started.run


def worked(run):
    Runner().execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


@pytest.fixture
def full(contoso, fabrikam, olivia, alice, charlie, hourly, now):
    """Contoso and Fabrikam with rows in many tables; Contoso is archived."""
    for place, person in ((contoso, alice), (fabrikam, charlie)):
        policy(place, "BitLocker", now, last_seen_run=ended(place, person, now, failed=1))
        version = take(new_policy(place, now), {"id": "p1", "displayName": "Firewall"}, now)
        chain = new_chain(place, now)
        held = building_set(chain, 1, now)
        held_by_backup(chain, version, 1)
        finish(held)
    archived(contoso, olivia, now)
    return contoso


def rows_of(tenant):
    counts = {
        model._meta.label: model.everywhere.filter(tenant_id=tenant.pk).count() for model in owned_tables("tenant")
    }
    return {label: number for label, number in counts.items() if number}


def test_removal_asks_for_the_name_and_for_an_archived_tenant_at_rest(contoso, olivia, now):
    with pytest.raises(CannotRemove, match="Archive Contoso first"):
        start_removal(contoso, typed="Contoso", actor=olivia, now=now)
    running(contoso, olivia, now, "group")
    archived(contoso, olivia, now)
    with pytest.raises(CannotRemove, match="exactly"):
        start_removal(contoso, typed="contoso", actor=olivia, now=now)
    with pytest.raises(CannotRemove, match="1 operations of Contoso have not ended"):
        start_removal(contoso, typed="Contoso", actor=olivia, now=now)
    assert Tenant.everywhere.get(pk=contoso.pk).removal_began_at is None


def test_removed_for_good_every_row_is_gone_and_the_log_stays(full, fabrikam, olivia, alice, charlie, now):
    entries, told = AuditLog.objects.count(), Notification.everywhere.filter(recipient=charlie).count()
    kept, before = rows_of(full), rows_of(fabrikam)
    assert len(kept) > 4
    run = worked(begin(full, olivia, now))
    assert (run.outcome, run.tenant) == ("succeeded", None)
    assert run.summary_counts["deleted"] == run.summary_counts["total"] == sum(kept.values())
    assert rows_of(full) == {}
    assert not Tenant.everywhere.filter(pk=full.pk).exists()
    assert rows_of(fabrikam) == before
    assert Notification.everywhere.filter(recipient=charlie).count() == told
    assert User.objects.filter(pk=alice.pk).exists()
    assert AuditLog.objects.count() > entries
    removed = AuditLog.objects.get(action="tenant.removed")
    assert (removed.before["name"], removed.actor_id) == ("Contoso", olivia.pk)
    assert Notification.everywhere.filter(run=run).values_list("recipient", flat=True).get() == olivia.pk


def test_a_removal_from_a_shell_notifies_nobody(full, now):
    run = worked(begin(full, None, now))
    assert run.outcome == "succeeded"
    assert not Notification.everywhere.filter(run=run).exists()


def test_a_worker_that_takes_over_goes_on_with_the_rows_that_are_left(full, olivia, now, monkeypatch):
    """OPS-07: nothing is counted twice, and the removal is recorded once."""
    total, deleted = sum(rows_of(full).values()), []

    def delete(*arguments):
        if sum(deleted) == 3:
            raise SystemExit
        deleted.append(chunk(*arguments))
        return deleted[-1]

    chunk = handlers._delete_chunk
    run = begin(full, olivia, now)
    monkeypatch.setattr(handlers, "CHUNK", 1)
    monkeypatch.setattr(handlers, "_delete_chunk", delete)
    with pytest.raises(SystemExit):
        Runner(clock=lambda: now).execute(run.pk)
    assert 0 < sum(rows_of(full).values()) < total
    assert not bring_tenant_back(full, actor=olivia, now=now), "half of it is gone"
    monkeypatch.setattr(handlers, "_delete_chunk", chunk)
    Runner(clock=lambda: now + MINUTE).execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.attempt, run.summary_counts.get("deleted"), run.message) == ("succeeded", 2, total, "")
    assert AuditLog.objects.filter(action="tenant.removed").count() == 1
    assert Notification.everywhere.filter(run=run).count() == 1


def test_what_another_tenant_restored_from_it_is_deleted_there_first(full, fabrikam, olivia, now):
    version = PolicyVersion.everywhere.filter(tenant=full).get()
    facts = {"tenant": fabrikam, "versions": [version], "source": "Contoso", "actor": olivia, "now": now}
    restore = draft_of_versions(**facts)
    with pytest.raises(CannotRemove, match="Other tenants hold something of Contoso: 1 restore runs"):
        begin(full, olivia, now)
    assert rows_of(full)
    RestoreRun.everywhere.filter(pk=restore.pk).delete()
    assert worked(begin(full, olivia, now)).outcome == "succeeded"


def test_a_cancelled_removal_is_started_again_and_ends_it(full, olivia, now, monkeypatch):
    run = begin(full, olivia, now)
    OperationRunService().request_cancel(run, actor=olivia, now=now)
    assert not bring_tenant_back(full, actor=olivia, now=now)
    assert worked(begin(full, olivia, now)).outcome == "succeeded"
    assert AuditLog.objects.filter(action="tenant.removal_began").count() == 1


def test_what_nobody_confirmed_is_not_removed(contoso, northwind, olivia, now):
    """A run that was started past the name changes nothing."""
    started = OperationRunService().start(
        TENANT_REMOVAL,
        tenant=None,
        workspace=northwind,
        initiator=olivia,
        inputs=RemovalInputs(contoso.pk),
        now=now,
    )
    run = worked(started.run)
    assert (run.outcome, run.reason_code) == ("failed", "removal_not_confirmed")
    assert Tenant.everywhere.filter(pk=contoso.pk).exists()


def test_the_database_takes_no_removal_back(full, olivia, now):
    begin(full, olivia, now)
    for change in ({"removal_began_at": None}, {"archived_at": None}):
        with pytest.raises(IntegrityError, match="tenant_removal_goes_on"), transaction.atomic():
            Tenant.everywhere.filter(pk=full.pk).update(**change)


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


def test_a_workspace_is_removed_once_it_has_no_tenants(northwind, full, fabrikam, alice, olivia, pat, now):
    archive_workspace(northwind, actor=pat, now=now)
    connection.check_constraints()
    with pytest.raises(CannotRemove, match="still has tenants: 2"):
        remove_workspace(northwind, typed="Northwind MSP", actor=pat, now=now)
    for tenant in (full, fabrikam):
        assert worked(begin(tenant, olivia, now)).outcome == "succeeded"
    connection.check_constraints()
    remove_workspace(northwind, typed="Northwind MSP", actor=pat, now=now)
    assert not Workspace.objects.exists()
    assert not Schedule.everywhere.exists()
    assert User.objects.filter(pk__in=(alice.pk, olivia.pk)).count() == 2
    assert AuditLog.objects.filter(action="workspace.removed").count() == 2
