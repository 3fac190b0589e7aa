"""`tenantpilot schedules`: what the page of the workspace's schedules does, at a shell."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.schedules import services


@pytest.fixture
def tenantpilot(database, contoso, fabrikam):
    def run(*arguments: str):
        return CliRunner().invoke(app, ["schedules", *arguments])

    return run


@pytest.fixture
def nights(tenantpilot, northwind, olivia):
    """The number of a schedule at 02:30 in Berlin."""
    facts = ("--name", "Nights", "--as", olivia.email, "--at", "02:30", "--time-zone", "Europe/Berlin")
    return tenantpilot("create", northwind.slug, *facts, "--tenants-named", "fabri", "--capture").stdout.strip()


def test_a_schedule_is_made_and_listed_with_its_last_slot(tenantpilot, nights, northwind, olivia):
    kept = Schedule.everywhere.get(pk=int(nights))
    assert (kept.workspace, kept.tenant, kept.created_by, kept.hour, kept.minute) == (northwind, None, olivia, 2, 30)
    assert TenantsInputs.from_json(kept.inputs) == TenantsInputs(TenantFilter("fabri"), capture=True)
    services.tick(now=kept.next_slot_at + timedelta(minutes=1))
    (row,) = json.loads(tenantpilot("list", northwind.slug, "--json").stdout)
    run = OperationRun.everywhere.get()
    assert (row["name"], row["last_result"], row["last_run"], row["last_run_state"]) == (
        "Nights",
        "started",
        run.pk,
        "queued",
    )
    assert row["tenants"] == "Tenants named like “fabri”"
    assert "Nights" in tenantpilot("list", northwind.slug).output


def test_it_is_paused_resumed_run_and_deleted(tenantpilot, nights, olivia):
    for verb, state in (("pause", False), ("resume", True)):
        assert tenantpilot(verb, nights, "--as", olivia.email).exit_code == 0
        assert (Schedule.everywhere.get().paused_at is None) is state
    printed = tenantpilot("run", nights, "--as", olivia.email).stdout.split()
    assert printed == [str(OperationRun.everywhere.get(initiator=olivia).pk)]
    assert tenantpilot("delete", nights, "--as", olivia.email).exit_code == 0
    assert not Schedule.everywhere.exists()


def test_sec_02_who_has_no_role_in_the_workspace_changes_nothing(tenantpilot, nights, northwind, alice):
    refused = tenantpilot("create", northwind.slug, "--name", "Mine", "--as", alice.email)
    assert "may not manage schedules of the workspace" in " ".join(refused.output.split())
    assert {tenantpilot(verb, nights, "--as", alice.email).exit_code for verb in ("pause", "run", "delete")} == {1}
    assert Schedule.everywhere.get().paused_at is None


def test_what_is_wrong_is_said_in_words(tenantpilot, nights, northwind, olivia):
    named = ("--name", "Nights", "--as", olivia.email)
    assert "already" in tenantpilot("create", northwind.slug, *named).output
    assert "no time of day" in tenantpilot("create", northwind.slug, *named, "--at", "25:00").output
    assert "No workspace has a schedule 999" in tenantpilot("pause", "999", "--as", olivia.email).output
