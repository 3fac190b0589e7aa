"""Every list shows the reason of every outcome but success, whatever was counted (OPS-11, UX-60)."""

from io import StringIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rich.console import Console

from tenantpilot.cli.run_words import table
from tenantpilot.core.sanitizing import ObjectName, describe
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.lifecycle.outcome import ending_of, stopped
from tenantpilot.operations.models import OperationRun, ScheduleSlot
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tests.web.html import read
from tests.web.kit import policy, queued, running

COUNTS = [{}, {"total": 44, "processed": 0}, {"total": 44, "processed": 44, "succeeded": 42, "failed": 2}]
OUTCOMES = [RunOutcome.FAILED, RunOutcome.PARTIALLY_SUCCEEDED, RunOutcome.CANCELLED]
REASON = describe("permission_missing", {"status": 403, "permission": "Policy.Read.All"})
WORDS = "The application lacks a permission (Policy.Read.All): Graph answered 403."


def ended_so(tenant: Any, who: Any, outcome: RunOutcome, counts: dict[str, int]) -> OperationRun:
    now = timezone.now()
    claimed = running(tenant, who, now)
    OperationRunService().finish(claimed.lease, stopped(outcome, REASON, counts), now=now)
    return OperationRun.everywhere.get(pk=claimed.run.pk)


@pytest.fixture
def lists(signed_in, alice, contoso, now):
    """The words of a run's place in every list that shows it."""
    seen = policy(contoso, "Kiosk", now)

    def show(run: OperationRun) -> dict[str, str]:
        Policy.everywhere.filter(pk=seen.pk).update(last_seen_run=run)
        browser = signed_in(alice)
        Policy.everywhere.filter(pk=seen.pk).update(last_seen_run=run)

        def words(name: str, *args: Any, query: str = "") -> str:
            return read(browser.get(reverse(name, args=args) + query)).one("main").words

        return {
            "of the tenant": words("operations", "contoso"),
            "of the workspace": words("workspace-operations"),
            "overview": words("tenant-overview", "contoso"),
            "syncs of a policy": words("policy", "contoso", seen.pk, query="?tab=runs"),
            "schedules": words("schedules", "contoso"),
            "the run itself": words("operation-run", "contoso", run.pk),
        }

    return show


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_list_shows_why(lists, contoso, alice, now, outcome, counts):
    """OPS-11."""
    run = ended_so(contoso, alice, outcome, counts)
    filled_by(contoso, alice, run)
    assert [place for place, words in lists(run).items() if WORDS not in words] == []


def test_the_list_at_a_shell_shows_why(contoso, alice, now):
    """OPS-11."""
    console = Console(width=400, record=True, file=StringIO())
    console.print(table([ended_so(contoso, alice, RunOutcome.FAILED, COUNTS[1])], now=timezone.now()))
    assert WORDS in console.export_text()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_result_is_broken_into_letters_at_a_shell(contoso, alice, now, width):
    """In a narrow window the result of a run stands below its operation, in lines of several words."""
    run = ended_so(contoso, alice, RunOutcome.PARTIALLY_SUCCEEDED, COUNTS[2])
    console = Console(width=width, record=True, file=StringIO())
    console.print(table([run], now=timezone.now(), width=width))
    text = console.export_text()
    assert set(WORDS.split()) <= set(text.split())
    assert len(text.splitlines()) <= 6


def test_what_was_cancelled_says_who_did_it(lists, contoso, alice, bob, now):
    """OPS-11: by name, while the run's own text keeps no name (OPS-12)."""
    run = queued(contoso, alice, now)
    OperationRunService().request_cancel(run, actor=bob, now=now)
    run.refresh_from_db()
    filled_by(contoso, alice, run)
    assert run.message == "A person cancelled it."
    assert [place for place, words in lists(run).items() if "Bob cancelled it." not in words] == []


def test_a_success_needs_no_reason(lists, contoso, alice, now):
    claimed = running(contoso, alice, now)
    OperationRunService().finish(claimed.lease, ending_of({"processed": 3, "succeeded": 3}), now=now)
    assert "Something" not in lists(claimed.run)["of the tenant"]
    assert read_why(lists(claimed.run)) == []


def test_a_failed_item_keeps_its_name_and_leads_to_it(signed_in, contoso, alice, now):
    """OPS-11: the name as the inventory shows it."""
    name = "VPN for admin@contoso.com at 10.0.0.1"
    torn = policy(contoso, name, now)
    claimed = running(contoso, alice, now)
    entry = describe("incomplete_read", {"stated": 40, "read": 30}, item=ObjectName(name), subject=f"policy:{torn.pk}")
    OperationRunService().finish(claimed.lease, ending_of({"failed": 1, "processed": 2}, [entry]), now=now)
    page = read(signed_in(alice).get(reverse("operation-run", args=["contoso", claimed.run.pk])))
    (link,) = page.one("ul", class_="failure-items").every("a")
    assert (link.words, link["href"]) == (name, reverse("policy", args=["contoso", torn.pk]))


def test_a_missing_permission_leads_to_the_connection(signed_in, contoso, alice, now):
    run = ended_so(contoso, alice, RunOutcome.FAILED, {})
    page = read(signed_in(alice).get(reverse("operation-run", args=["contoso", run.pk])))
    assert page.one("div", class_="reason").one("a")["href"] == reverse("connection", args=["contoso"])


def read_why(shown: dict[str, str]) -> list[str]:
    return [place for place, words in shown.items() if "permission" in words]


def filled_by(tenant: Any, who: Any, run: OperationRun) -> None:
    """A schedule whose last slot started the run."""
    now = timezone.now()
    cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
    schedule = services.create_schedule(
        INVENTORY_SYNC, tenant=tenant, name="Nightly", cadence=cadence, inputs=SyncInputs(), actor=who, now=now
    )
    ScheduleSlot.objects.create(schedule=schedule, slot_at=now, filled_at=now, run=run)
