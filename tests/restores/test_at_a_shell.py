"""The same restore at a shell: preview, show, confirm, undo."""

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.commands import restores
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.models import RestoreRun
from tenantpilot.versions.models import PolicyVersion
from tests.backups.kit import building_set, finish, member, new_chain
from tests.restores.conftest import edit, entity_of, version_of

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
    plan = shell("show", number).partition("plan: ")[2].strip()
    words = ("confirm", number, "--tenant-name", "Contoso", "--reason", "Mistake", "--plan", plan, "--as")
    with pytest.raises(Problem, match="may not"):
        shell(*words, alice.email)
    shell(*words, mona.email)
    work_off(restoring, "restore_execute")
    assert "verified" in shell("show", number)
    shell("undo", number, "--as", mona.email)
    assert RestoreRun.everywhere.latest("pk").undo_of_id == int(number)
    with pytest.raises(Problem, match="There is no restore"):
        shell("show", "987654")


@pytest.mark.parametrize("typed", ["", "abc", "0" * 12, "0" * 64])
def test_nobody_confirms_at_a_shell_what_nobody_has_looked_at(captured, directory, shell, mona, restoring, typed):
    """What was edited and previewed again by another person has another plan."""
    policy = entity_of(directory, CATALOG)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    restore = restoring.preview(restoring.draft(version_of(policy.id)))
    words = (f"{restore.pk}", "--tenant-name", "Contoso", "--plan", typed, "--as", mona.email)
    with pytest.raises(Problem, match="another plan now"):
        shell("confirm", *words, "--reason", "Mistake")
    with pytest.raises(Problem, match="another plan now"):
        shell("approve", *words)
    assert not OperationRun.everywhere.filter(type="restore_execute").exists()


def test_a_drill_and_its_report(captured, shell, alice, mona, contoso, restoring, now):
    with pytest.raises(Problem, match="No drill"):
        shell("report", "contoso")
    chain = new_chain(contoso, now)
    building = building_set(chain, 1, now, asked={"policy_types": [], "left_out": []})
    member(chain, version_of_any(contoso), 1)
    finish(building)
    shell("drill", "contoso", "--sample", "10", "--seed", "s", "--as", alice.email)
    work_off(restoring, "restore_drill")
    assert "restorable: 1 of 1" in shell("report", "contoso")
    with pytest.raises(Problem, match="seed of 64 characters"):
        shell("drill", "contoso", "--seed", "s" * 65, "--as", alice.email)


def version_of_any(tenant):
    return PolicyVersion.everywhere.of_tenant(tenant).filter(policy__type="compliancePolicy").first()
