"""`tenantpilot backups`: what pages do, at a shell."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.commands.backups import app
from tenantpilot.operations.models import OperationRun
from tests.backups.kit import finished_set, new_chain


@pytest.fixture
def backups(contoso):
    def run(*arguments):
        return CliRunner().invoke(app, list(arguments))

    return run


def test_a_backup_is_started_and_its_run_printed(backups):
    answer = backups("create", "contoso", "--name", "Nightly")
    run = OperationRun.everywhere.get()
    assert (answer.exit_code, str(run.pk) in answer.output, run.type) == (0, True, "backup_create")


def test_types_that_are_left_out_need_a_reason(backups):
    assert backups("create", "contoso", "--type", "group").exit_code != 0
    assert backups("create", "contoso", "--type", "nonsense", "--reason", "x").exit_code != 0
    assert not OperationRun.everywhere.exists()


def test_sets_are_listed_shown_and_verified(backups, contoso, now):
    found = finished_set(new_chain(contoso, now), 1, now, asked={"policy_types": []})
    [listed] = json.loads(backups("list", "contoso", "--json").output)
    assert (listed["id"], listed["state"], listed["digest"]) == (found.pk, "complete", found.digest)
    shown = json.loads(backups("show", str(found.pk), "--json").output)
    assert (shown["gaps"], shown["faults"]) == ([], [])
    assert backups("verify", str(found.pk)).exit_code == 0
    assert backups("show", "4711").exit_code != 0


def test_retention_says_so_where_there_is_nothing_to_decide(backups, contoso, now):
    assert "Contoso has no sets of a schedule" in backups("retention", "contoso").output
    new_chain(contoso, now)
    assert "Nightly: it has no sets yet." in backups("retention", "contoso").output


def test_retention_says_what_goes_and_why_the_rest_stays(backups, contoso, now):
    chain = new_chain(contoso, now)
    finished_set(chain, 1, now - timedelta(days=400))
    assert "last_good" in backups("retention", "contoso").output
    assert backups("retention", "contoso", "--apply").exit_code == 0
    assert OperationRun.everywhere.get().type == "apply_backup_retention"
