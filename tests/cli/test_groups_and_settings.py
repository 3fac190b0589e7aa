"""`tenantpilot groups` and `tenantpilot settings`: what the pages do, at a shell."""

import json

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tenantpilot.operations.models import OperationRun
from tests.directory.kit import group_of
from tests.versions.kit import new_policy, take

IDS = [f"aaaaaaaa-0000-0000-0000-00000000000{number}" for number in range(3)]


@pytest.fixture
def tenantpilot(database):
    def run(*arguments: str):
        return CliRunner().invoke(app, list(arguments))

    return run


def test_a_group_sync_is_started_for_a_person_who_may(tenantpilot, contoso, alice, bob):
    answer = tenantpilot("groups", "sync", "contoso", "--as", alice.email)
    run = OperationRun.everywhere.get()
    assert (answer.exit_code, run.type, run.initiator) == (0, "entra_group_sync", alice)
    refused = tenantpilot("groups", "sync", "contoso", "--as", bob.email)
    assert refused.exit_code == 1
    assert "may not sync the groups of Contoso" in " ".join(refused.output.split())


def test_groups_are_listed_by_name(tenantpilot, contoso, fabrikam, now):
    group_of(contoso, IDS[0], "Sales [EU]", now)
    group_of(contoso, IDS[1], "Pilots", now)
    group_of(fabrikam, IDS[2], "Elsewhere", now)
    listed = json.loads(tenantpilot("groups", "list", "contoso", "--json").output)
    assert [row["name"] for row in listed] == ["Pilots", "Sales [EU]"]
    assert "Sales [EU]" in tenantpilot("groups", "list", "contoso", "--name", "sales").output


def test_sec_03_a_setting_is_found_in_the_tenants_of_the_person(tenantpilot, contoso, fabrikam, charlie, now):
    for tenant in (contoso, fabrikam):
        assert take(new_policy(tenant, now), {"id": "p1", "passwordRequired": True}, now)
    everywhere = json.loads(tenantpilot("settings", "search", "true", "--json").output)
    assert {found["tenant"] for found in everywhere["values"]} == {"contoso", "fabrikam"}
    theirs = json.loads(tenantpilot("settings", "search", "true", "--as", charlie.email, "--json").stdout)
    assert {found["tenant"] for found in theirs["values"]} == {"fabrikam"}
    shown = tenantpilot("settings", "search", "passwordRequired", "--tenant", "contoso").output
    assert "Password required" in shown
    assert "Nothing found" in tenantpilot("settings", "search", "nowhere").output
