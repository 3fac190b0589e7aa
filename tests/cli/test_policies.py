"""`tenantpilot policies`: capture, export, import and versions at a shell."""

import json
import zipfile

import pytest
from typer.testing import CliRunner

from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.commands import policies
from tenantpilot.cli.main import app
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.library.services import library_of
from tenantpilot.versions.models import Library, LibraryPolicy
from tests.people import member
from tests.versions.kit import new_policy, take


@pytest.fixture
def tenantpilot(database, monkeypatch):
    """Its answer; a worker does what is waited for."""

    def work(run_id):
        Runner().execute(run_id)
        return OperationRun.everywhere.get(pk=run_id)

    monkeypatch.setattr(policies, "_ended", work)

    def run(*arguments: str):
        return CliRunner().invoke(app, ["policies", *map(str, arguments)])

    return run


@pytest.fixture
def policy(contoso, now):
    made = new_policy(contoso, now)
    take(made, {"id": "p1", "passwordMinimumLength": 8}, now)
    take(made, {"id": "p1", "passwordMinimumLength": 12}, now)
    return made


def one_line(answer) -> str:
    return " ".join(answer.output.split())


def test_versions_are_listed_and_compared(tenantpilot, policy):
    listed = json.loads(tenantpilot("versions", "contoso", "p1", "--json").stdout)
    assert [row["number"] for row in listed] == [2, 1]
    assert "12" in one_line(tenantpilot("diff", "contoso", policy.name))
    assert [row["kind"] for row in json.loads(tenantpilot("diff", "contoso", policy.pk, 1, 2, "--json").stdout)] == [
        "changed"
    ]
    wrong = tenantpilot("diff", "contoso", "p1", 1, 9)
    assert (wrong.exit_code, "The newest is 2." in one_line(wrong)) == (1, True)


def test_a_policy_that_is_not_there_or_not_alone_is_told(tenantpilot, policy, contoso, now):
    missing = tenantpilot("versions", "contoso", "Nothing")
    assert (missing.exit_code, "Contoso has no policy Nothing." in one_line(missing)) == (1, True)
    twin = new_policy(contoso, now, graph_id="p2")
    type(twin).everywhere.filter(pk=twin.pk).update(name=policy.name)
    several = tenantpilot("versions", "contoso", policy.name)
    assert f"Name one by its number: {policy.pk}, {twin.pk}." in one_line(several)


def test_a_capture_is_started_by_those_who_may(tenantpilot, policy, alice, bob):
    assert tenantpilot("capture", "contoso", "--policy", "p1", "--as", alice.email).exit_code == 0
    run = OperationRun.everywhere.get()
    assert (run.type, run.inputs, run.initiator) == ("policy_capture", {"policies": [str(policy.pk)]}, alice)
    refused = tenantpilot("capture", "contoso", "--as", bob.email)
    assert (refused.exit_code, "may not capture policies of Contoso" in one_line(refused)) == (1, True)


def test_an_export_is_written_whole_and_audited(tenantpilot, policy, alice, tmp_path):
    file = tmp_path / "out.zip"
    answer = tenantpilot("export", "contoso", "--as", alice.email, "--to", file, "--layout", "intunemanagement")
    assert answer.exit_code == 0, answer.output
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("manifest.json"))["layout"] == "intunemanagement"
    assert AuditLog.objects.get(action="artifact.downloaded").actor_id == alice.pk
    again = tenantpilot("export", "contoso", "--as", alice.email, "--to", file)
    assert (again.exit_code, "is there already" in one_line(again)) == (1, True)


def test_a_folder_is_imported_without_its_links(tenantpilot, northwind, contoso, olivia, tmp_path):
    folder = tmp_path / "baseline" / "Settings Catalog"
    folder.mkdir(parents=True)
    content = {"name": "Baseline", "platforms": "windows10", "technologies": "mdm", "settings": []}
    (folder / "a.json").write_text(json.dumps(content), encoding="utf-16")
    (folder / "b.json").symlink_to(folder / "a.json")
    answer = tenantpilot("import", northwind.slug, folder.parent, "--library", "Baselines", "--as", olivia.email)
    assert answer.exit_code == 0, answer.output
    Runner().execute(OperationRun.everywhere.get().pk)
    assert Library.everywhere.get().name == "Baselines"
    assert LibraryPolicy.everywhere.get().source_file == "Settings Catalog/a.json"


def test_who_manages_no_library_imports_nothing(tenantpilot, northwind, contoso, tmp_path):
    person = member(contoso, "mia", "manager")
    refused = tenantpilot("import", northwind.slug, tmp_path, "--library", "B", "--as", person.email)
    assert (refused.exit_code, "may not manage the library" in one_line(refused)) == (1, True)
    assert not OperationRun.everywhere.exists()


def test_libraries_are_listed_and_removed_by_name(tenantpilot, northwind, olivia, now):
    library_of(northwind, "[Base] lines", actor=None, now=now)
    assert json.loads(tenantpilot("libraries", "northwind", "--json").stdout) == [
        {"name": "[Base] lines", "revisions": 0, "policies": 0}
    ]
    assert "[Base] lines" in tenantpilot("libraries", "northwind").stdout
    wrong = tenantpilot("remove-library", "northwind", "[Base] lines", "--confirm", "Base")
    assert (wrong.exit_code, Library.everywhere.count()) == (1, 1)
    done = tenantpilot("remove-library", "northwind", "[Base] lines", "--confirm", "[Base] lines", "--as", olivia.email)
    assert (done.exit_code, Library.everywhere.count()) == (0, 0), done.output
    assert AuditLog.objects.get(action="library.removed").actor_id == olivia.pk
    assert tenantpilot("remove-library", "northwind", "no", "--confirm", "no").exit_code == 1


def test_sec_04_who_may_not_import_removes_no_library(tenantpilot, contoso, northwind, now):
    library_of(northwind, "Baselines", actor=None, now=now)
    alice = member(contoso, "alice", "operator")
    refused = tenantpilot("remove-library", "northwind", "Baselines", "--confirm", "Baselines", "--as", alice.email)
    assert (refused.exit_code, Library.everywhere.count()) == (1, 1)
