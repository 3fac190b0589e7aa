"""`tenantpilot policies list`, `ignore` and `unignore`: at a shell as on the pages."""

import json

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.commands.policies import app
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.web.ui.policy_actions import POLICY_ACTIONS
from tests.web.kit import policy


@pytest.fixture
def shell(contoso, alice, bob, now):
    policy(contoso, "Block", now, type="conditionalAccessPolicy", properties={"state": "enabled"})
    policy(contoso, "BitLocker", now)

    def run(*words):
        return CliRunner().invoke(app, list(words))

    return run


def test_the_list_is_narrowed_as_on_the_page(shell):
    rows = json.loads(shell("list", "contoso", "--state", "enabled", "--json").stdout)
    assert [(row["name"], row["state"], row["ignored"]) for row in rows] == [("Block", "enabled", False)]
    assert "nowhere" in str(shell("list", "contoso", "--area", "nowhere").exception)
    assert "soon is not a day." in str(shell("list", "contoso", "--since", "soon").exception)


def test_policies_are_ignored_and_taken_back(shell, alice):
    shell("ignore", "contoso", "--policy", "BitLocker", "--reason", "Of the network team", "--as", alice.email)
    Runner().execute(OperationRun.everywhere.get().pk)
    assert Policy.everywhere.ignored().get().ignore_reason == "Of the network team"
    shell("unignore", "contoso", "--all")
    Runner().execute(OperationRun.everywhere.newest_first().first().pk)
    assert not Policy.everywhere.ignored().exists()


def test_no_choice_is_none_and_never_all(shell):
    assert "No policies are chosen." in str(shell("ignore", "contoso").exception)
    assert not OperationRun.everywhere.exists()


def test_who_may_not_is_told(shell, bob):
    assert "may not" in str(shell("ignore", "contoso", "--all", "--as", bob.email).exception)
    assert not OperationRun.everywhere.exists()


def test_every_command_that_an_action_declares_exists():
    names = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert {action.command.removeprefix("policies ") for action in POLICY_ACTIONS if action.command} <= names
