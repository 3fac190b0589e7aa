"""One operation starts a sync in each chosen tenant: each a run of its own, and one notification for all."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC
from tenantpilot.inventory.many_tenants.selecting import TenantsInputs
from tenantpilot.inventory.many_tenants.services import start_syncs
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun, RunEvent, RunItem
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, Workspace
from tests.people import new_tenant, new_workspace


@pytest.fixture
def tenants(contoso: Tenant, fabrikam: Tenant) -> list[Tenant]:
    return [contoso, fabrikam]


@pytest.fixture
def ask(northwind: Workspace, tenants: list[Tenant], olivia: Any, now: datetime) -> Any:
    """Ask for syncs of all, or of some."""

    def start(*chosen: Tenant) -> OperationRun:
        return start_syncs(workspace=northwind, initiator=olivia, tenants=chosen or tenants, now=now).run

    return start


def done(run: OperationRun, runner: Runner | None = None) -> OperationRun:
    (runner or Runner()).execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


def syncs() -> Any:
    return OperationRun.everywhere.of_type("inventory_sync").order_by("pk")


def results(run: OperationRun) -> dict[str, tuple[str, str]]:
    return {item.label: (item.state, item.reason_code) for item in RunItem.objects.of_run(run.pk)}


def test_each_tenant_gets_a_run_of_its_own(ask: Any, tenants: list[Tenant]) -> None:
    run = done(ask())
    assert (run.outcome, run.tenant, run.summary_counts["succeeded"]) == ("succeeded", None, 2)
    assert {sync.tenant_id for sync in syncs()} == {tenant.pk for tenant in tenants}
    assert {(sync.status, sync.queue, sync.initiator) for sync in syncs()} == {("queued", "scheduled", None)}
    for sync in syncs():
        assert RunEvent.objects.get(run=sync, name="asked_by_operation").data == {"operation": run.pk}


def test_ops_23_the_initiator_is_told_once_and_nobody_of_the_syncs(ask: Any, olivia: Any) -> None:
    run = done(ask())
    assert Notification.everywhere.get().run_id == run.pk
    OperationRunService().request_cancel(syncs().first(), actor=None, now=run.created_at + timedelta(minutes=1))
    assert Notification.everywhere.get(recipient=olivia).run_id == run.pk


def test_a_tenant_that_cannot_be_synced_is_skipped_by_name(ask: Any, tenants: list[Tenant], now: datetime) -> None:
    contoso, fabrikam = tenants
    Tenant.everywhere.filter(pk=contoso.pk).update(signed_in_at=None)
    run = ask()
    Tenant.everywhere.filter(pk=fabrikam.pk).update(archived_at=now)
    run = done(run)
    assert results(run)["Contoso"] == ("skipped", "credential_missing")
    assert not syncs().exists()


def test_ops_06_a_sync_that_is_under_way_is_joined(ask: Any, tenants: list[Tenant], now: datetime) -> None:
    active = start_sync(tenant=tenants[0], initiator=None, now=now).run
    assert results(done(ask())) == {"Contoso": ("unchanged", ""), "Fabrikam": ("succeeded", "")}
    assert syncs().filter(tenant=tenants[0]).get() == active


def test_sec_03_a_tenant_of_another_workspace_is_left_out(ask: Any, tenants: list[Tenant], now: datetime) -> None:
    foreign = new_tenant(new_workspace("tailspin", "Tailspin"), "adatum")
    done(ask(tenants[0], foreign))
    assert [sync.tenant for sync in syncs()] == [tenants[0]]


def test_ops_31_a_queue_that_refuses_fails_the_tenants_and_leaves_no_sync(ask: Any, monkeypatch: Any) -> None:
    run, real = ask(), DatabaseDispatcher.dispatch

    def refuse(self: Any, run_id: int, *, queue: str, **more: Any) -> str:
        if queue == "scheduled":
            raise ConnectionError("the queue is down")
        return real(self, run_id, queue=queue, **more)

    monkeypatch.setattr(DatabaseDispatcher, "dispatch", refuse)
    ended = done(run)
    assert ended.outcome == "failed"
    assert {*results(ended).values()} == {("failed", "dispatch_failed")}
    assert not syncs().exists()


class WorkerDied(BaseException):
    """Like SIGKILL: nothing is caught, nothing is said."""


class DyingService(OperationRunService):
    """Its worker dies with the second tenant's sync started and not committed."""

    settled = 0

    def checkpoint(self, lease: Any, data: Any, **when: Any) -> bool:
        kept = super().checkpoint(lease, data, **when)
        self.settled += 1
        if self.settled == 3:
            raise WorkerDied
        return kept


def test_ops_07_a_killed_worker_s_successor_starts_no_sync_twice(ask: Any, now: datetime) -> None:
    run = ask()
    with pytest.raises(WorkerDied):
        done(run, Runner(DyingService()))
    assert syncs().count() == 1
    run.refresh_from_db()
    OperationRunService().redispatch(run, now=now + timedelta(minutes=4))
    ended = done(run)
    assert (ended.outcome, ended.attempt, ended.summary_counts["succeeded"]) == ("succeeded", 2, 2)
    assert syncs().count() == 2


def test_a_cancelled_one_starts_nothing(ask: Any, olivia: Any, now: datetime) -> None:
    run = ask()
    OperationRunService().request_cancel(run, actor=olivia, now=now)
    assert done(run).outcome == "cancelled"
    assert not syncs().exists()
    assert Notification.everywhere.get(recipient=olivia).run_id == run.pk


def test_failed_tenants_are_tried_apart() -> None:
    assert TENANTS_SYNC.for_items is not None
    chosen = TENANTS_SYNC.for_items(TenantsInputs((1, 2, 3)), ("2", "3"))
    assert chosen == TenantsInputs((2, 3))
