"""The same restore at a shell: preview, show, confirm, undo."""

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.commands import restores
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.models import RestoreRun
from tests.restores.conftest import edit, entity_of

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def shell(mona):
    """shell("show", "1") answers what the command printed."""

    def run(*words):
        answer = CliRunner().invoke(restores.app, [*words])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer.output

    return run


def work_off(restoring, kind):
    restoring.runner().execute(OperationRun.everywhere.filter(type=kind).latest("pk").pk)


def test_a_restore_from_its_preview_to_its_undo(captured, directory, shell, mona, alice, restoring, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: restoring.now)
    policy = entity_of(directory, CATALOG)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    assert "Restore" in shell("preview", "contoso", "--policy", policy.id, "--as", mona.email)
    number = str(RestoreRun.everywhere.get().pk)
    work_off(restoring, "restore_preview")
    assert "Changed by hand" in shell("show", number)
    words = ("confirm", number, "--tenant-name", "Contoso", "--reason", "Mistake", "--as")
    with pytest.raises(Problem, match="may not"):
        shell(*words, alice.email)
    shell(*words, mona.email)
    work_off(restoring, "restore_execute")
    assert "verified" in shell("show", number)
    shell("undo", number, "--as", mona.email)
    assert RestoreRun.everywhere.latest("pk").undo_of_id == int(number)
    with pytest.raises(Problem, match="There is no restore"):
        shell("show", "987654")
