"""A run of a whole workspace is cancelled, run again and retried by a role in the workspace (SEC-02, UX-32, UX-36)."""

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.many_tenants.services import start_syncs
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tests.web.html import read
from tests.web.kit import at_most_queries, queued


@pytest.fixture
def run(northwind, contoso, fabrikam, olivia, now):
    """Queued: a sync in each of two tenants."""
    return start_syncs(workspace=northwind, initiator=olivia, tenants=[contoso, fabrikam], now=now).run


@pytest.fixture
def owner(run, olivia, signed_in):
    return signed_in(olivia)


def address(name, run):
    return reverse(name, args=[run.pk])


@pytest.fixture
def before(run, monkeypatch):
    """The run when it has ended: the queue refused Fabrikam's sync."""
    real, jobs = DatabaseDispatcher.dispatch, []

    def refuse_the_second(self, run_id, *, queue, **more):
        jobs.append(run_id)
        if len(jobs) == 2:
            raise ConnectionError("the queue is down")
        return real(self, run_id, queue=queue, **more)

    monkeypatch.setattr(DatabaseDispatcher, "dispatch", refuse_the_second)
    Runner().execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


def test_ux_33_the_dialog_names_the_workspace_and_what_goes_on(owner, run):
    page = read(owner.get(address("workspace-operation-run", run)))
    dialog = page.one("dialog", id="cancel-dialog")
    assert "Cancel Inventory sync of tenants of Northwind MSP?" in dialog.words
    assert "The syncs that it has started already go on" in dialog.words
    assert page.one("a", id="cancel-run")["href"] == address("workspace-cancel-operation-run", run)
    assert dialog.one("form")["action"] == address("workspace-cancel-operation-run", run)
    asked = read(owner.get(address("workspace-cancel-operation-run", run))).one("main").words
    assert "Northwind" in asked
    assert "go on" in asked


def test_a_queued_run_ends_and_the_audit_log_says_who_cancelled_it(owner, run, olivia):
    answer = owner.post(address("workspace-cancel-operation-run", run))
    assert answer["Location"] == address("workspace-operation-run", run)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("cancelled", "cancelled_by_person")
    assert AuditLog.objects.filter(target_type="operation_run", actor_id=olivia.pk, tenant_id=None).count() >= 2
    assert owner.post(address("workspace-cancel-operation-run", run)).status_code == 302


def test_syncs_that_were_started_stay_as_they_are(owner, run, contoso, now):
    OperationRunService().claim(run.pk, owner="w", now=now)
    sync = queued(contoso, None, now)
    owner.post(address("workspace-cancel-operation-run", run))
    run.refresh_from_db()
    sync.refresh_from_db()
    assert (run.cancel_requested_at is not None, sync.status) == (True, "queued")


def test_an_ended_run_is_run_again_as_a_new_one(owner, before, olivia):
    page = read(owner.get(address("workspace-operation-run", before))).one("main")
    assert "Run again" in page.words
    assert "Retry failed items" in page.words
    owner.post(address("workspace-run-again", before))
    again = OperationRun.everywhere.get(retry_of=before)
    assert (again.inputs, again.initiator, again.tenant) == (before.inputs, olivia, None)
    assert f"#{again.pk}" in owner.get(address("workspace-operation-run", before)).text


def test_only_the_tenants_that_failed_are_retried(owner, before, fabrikam):
    owner.post(address("workspace-retry-failed-items", before))
    assert OperationRun.everywhere.get(retry_of=before).inputs == {"tenants": [fabrikam.pk]}


def test_sec_02_a_reader_is_told_why_not_and_changes_nothing(run, northwind, bob, signed_in, request):
    WorkspaceMember.everywhere.create(workspace=northwind, user=bob, role=Role.READONLY)
    reader = signed_in(bob)
    why = read(reader.get(address("workspace-operation-run", run))).one("p", id="why-not-cancel").words
    assert why == "To cancel operations of the workspace you need to be Owner / Manager / Operator of it."
    assert reader.post(address("workspace-cancel-operation-run", run)).status_code == 403
    before = request.getfixturevalue("before")
    assert reader.post(address("workspace-run-again", before)).status_code == 403
    assert not OperationRun.everywhere.filter(retry_of=before).exists()


def test_sec_03_it_is_not_there_for_members_of_single_tenants(run, alice, signed_in):
    browser = signed_in(alice)
    names = ("workspace-cancel-operation-run", "workspace-run-again", "workspace-retry-failed-items")
    assert {browser.post(address(name, run)).status_code for name in names} == {404}


def test_chosen_runs_of_the_workspace_are_cancelled_from_the_list(owner, run, alice, signed_in):
    form = {"chosen": "1", "run": run.pk}
    signed_in(alice).post(reverse("workspace-cancel-operation-runs"), form)
    run.refresh_from_db()
    assert run.is_active
    owner.post(reverse("workspace-cancel-operation-runs"), form)
    run.refresh_from_db()
    assert run.outcome == "cancelled"


def test_its_page_costs_at_most_twelve_queries(owner, before):
    owner.get(address("workspace-operation-run", before))
    with at_most_queries(12):
        owner.get(address("workspace-operation-run", before))
