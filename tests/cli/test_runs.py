"""`tenantpilot runs`: what the pages show, at a shell."""

import json
import threading

import pytest
from django.db import connection
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import operation_types
from tests.operations.kit import WORK, WorkInputs


@pytest.fixture
def tenantpilot(database):
    """Its answer; `fails` and `says` are for what was refused."""

    def run(*arguments: str):
        return CliRunner().invoke(app, ["runs", *arguments])

    return run


@pytest.fixture
def start(database, contoso, alice, monkeypatch):
    monkeypatch.setitem(operation_types._types, WORK.key, WORK)
    service = OperationRunService()

    def start(what: str = "a", tenant=contoso) -> OperationRun:
        return service.start(WORK, tenant=tenant, initiator=alice, inputs=WorkInputs(what), now=timezone.now()).run

    return start


def claim(run):
    return OperationRunService().claim(run.pk, owner="test:1", now=timezone.now()).lease


def finish(lease, outcome=RunOutcome.SUCCEEDED, **ending):
    assert OperationRunService().finish(lease, Ending(outcome, **ending), now=timezone.now())


def one_line(answer) -> str:
    return " ".join(answer.output.split())


def test_the_newest_come_first_and_can_be_narrowed(tenantpilot, start, fabrikam):
    first, second, other = start("a"), start("b"), start("a", fabrikam)
    finish(claim(first))
    listed = json.loads(tenantpilot("list", "--json").output)
    assert [run["id"] for run in listed] == [other.pk, second.pk, first.pk]
    assert [run["id"] for run in json.loads(tenantpilot("list", "--active", "--json").output)] == [other.pk, second.pk]
    of_contoso = json.loads(tenantpilot("list", "--tenant", "contoso", "--limit", "1", "--json").output)
    assert [run["id"] for run in of_contoso] == [second.pk]


def test_a_list_is_read_by_people_too(tenantpilot, start):
    start()
    told = one_line(tenantpilot("list"))
    assert "Queued" in told
    assert "Inventory sync" in told
    assert "Contoso" in told
    assert "Alice" in told


def test_an_empty_list_says_so(tenantpilot):
    assert "No runs." in tenantpilot("list").output


def test_a_run_is_shown_with_its_counts_failures_and_timeline(tenantpilot, start):
    run = start()
    failure = {"code": "permission_missing", "message": "The application lacks a permission.", "item": "Scripts [1]"}
    counts = {"total": 3, "processed": 3, "failed": 1}
    finish(
        claim(run),
        RunOutcome.PARTIALLY_SUCCEEDED,
        counts=counts,
        failures=[failure],
        reason_code="permission_missing",
        message="The application lacks a permission.",
    )
    told = one_line(tenantpilot("show", str(run.pk)))
    for words in (
        "Partially succeeded",
        "3 policy types processed, 1 failed",
        "Scripts [1]:",
        "Grant the missing",
        "completed",
    ):
        assert words in told
    shown = json.loads(tenantpilot("show", str(run.pk), "--json").output)
    assert shown["failure_summary"] == [failure]
    assert [event["name"] for event in shown["events"]] == ["queued", "started", "completed"]


def test_how_far_a_running_one_is(tenantpilot, start):
    run = start()
    OperationRunService().progress(claim(run), Progress(2, 5), now=timezone.now())
    assert "2/5" in tenantpilot("show", str(run.pk)).output


@pytest.mark.parametrize(("outcome", "code"), [(RunOutcome.SUCCEEDED, 0), (RunOutcome.FAILED, 1)])
def test_watching_ends_with_the_run(own_database, tenantpilot, start, outcome, code):
    lease = claim(start())

    def end() -> None:
        finish(lease, outcome, reason_code="" if code == 0 else "internal_error")
        connection.close()

    threading.Timer(0.5, end).start()
    watched = tenantpilot("watch", str(lease.run_id))
    assert watched.exit_code == code
    assert str(outcome.label) in watched.output


def test_a_queued_run_is_cancelled_by_who_may(tenantpilot, start, alice):
    run = start()
    assert "is cancelled" in tenantpilot("cancel", str(run.pk), "--as", alice.email).output
    run.refresh_from_db()
    assert run.outcome == RunOutcome.CANCELLED


def test_a_running_one_is_asked_to_stop(tenantpilot, start, alice):
    run = start()
    claim(run)
    assert "was asked to stop" in tenantpilot("cancel", str(run.pk), "--as", alice.email).output
    run.refresh_from_db()
    assert run.cancel_requested_by == alice


def test_who_may_not_cancel_on_the_pages_may_not_here(tenantpilot, start, bob, charlie):
    run = start()
    for person in (bob, charlie):
        refused = tenantpilot("cancel", str(run.pk), "--as", person.email)
        assert refused.exit_code == 1
        assert "may not cancel operations" in one_line(refused)
    run.refresh_from_db()
    assert run.is_active


def test_what_has_ended_cannot_be_cancelled(tenantpilot, start, alice):
    run = start()
    finish(claim(run))
    refused = tenantpilot("cancel", str(run.pk), "--as", alice.email)
    assert refused.exit_code == 1
    assert "has ended already" in one_line(refused)


@pytest.mark.parametrize("arguments", [("show", "999"), ("watch", "999"), ("cancel", "999", "--as", "a@b.example")])
def test_a_run_that_does_not_exist(tenantpilot, arguments):
    refused = tenantpilot(*arguments)
    assert refused.exit_code == 1
    assert "There is no run 999" in one_line(refused)
