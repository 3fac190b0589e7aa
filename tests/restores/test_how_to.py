"""The how-to pages about restores do what they say: their buttons are there in this order, their commands run."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.services import start_backup
from tenantpilot.cli.commands import restores
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.second_person.rules import turn_on
from tenantpilot.tenancy.models import TenantMember
from tenantpilot.tenancy.roles import Role
from tests.people import member
from tests.restores.conftest import edit, entity_of, items_of, mapped, version_of
from tests.restores.filling import fill
from tests.restores.test_other_tenant import CATALOG, other
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

__all__ = ["other"]

PAGES = Path(__file__).parents[2] / "docs/how-to"
ALONE = ("preview", "show", "confirm", "undo", "drill", "report")
"""The commands that one person gives; the others need a second one."""
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
STAYS = "No assignments are written to another tenant. A policy that is created is assigned to nobody"


class Guide:
    """A how-to page: what it calls buttons, chapter by chapter."""

    def __init__(self, name):
        self.text = (PAGES / name).read_text()
        self._chapters = self.text.split("\n## ")

    def buttons(self, number):
        chapter = next(one for one in self._chapters if one.startswith(f"{number}. "))
        return [" ".join(words.split()) for words in BOLD.findall(chapter)]


@pytest.fixture
def policy(captured, directory):
    """A policy with a version, which somebody has changed since."""
    policy = entity_of(directory, CATALOG)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return policy


@pytest.fixture
def manager(signed_in, mona):
    return signed_in(mona)


@pytest.fixture
def shows(manager):
    """shows(address, "Preview") holds that a page has these words, each on a button, a link, a label or an option."""

    def shows(address, *names):
        page = read(manager.get(address)).one("main")
        present = [one.words for tag in ("button", "a", "label", "option", "h2", "strong") for one in page.every(tag)]
        for name in names:
            pattern = re.compile(".*".join(re.escape(part.strip(" ,")) for part in name.split("…")))
            assert any(pattern.search(words) for words in present), (address, name, present)

    return shows


def work_off(kind):
    run = OperationRun.everywhere.filter(type=kind).latest("pk")
    Runner().execute(run.pk)


def test_restore_a_policy_is_true(policy, manager, shows, directory):
    guide, version = Guide("restore-a-policy.md"), version_of(policy.id)
    this_version, prepare, from_backup = guide.buttons(1)
    shows(f"/admin/t/contoso/inventory/{version.policy_id}/versions/{version.number}/", this_version)
    shows(f"/admin/t/contoso/restores/new/?version={version.pk}", prepare)
    assert from_backup == "Restore from it"
    here = manager.post("/admin/t/contoso/restores/new/", {"version": version.pk}).headers["Location"]
    home = here.removesuffix("preview/")
    preview, change = guide.buttons(2)
    shows(here, preview)
    manager.post(f"{home}previews/")
    work_off("restore_preview")
    assert "Change" in read(manager.get(here)).one("main").words
    go_on, again, ask = guide.buttons(3)
    assert ask == "Ask for approval"
    shows(here, go_on)
    restore = RestoreRun.everywhere.get()
    sent = {"name": "Contoso", "reason": "Changed by mistake", "fingerprint": restore.fingerprint}
    manager.post(f"{home}confirmation/", sent)
    edit(directory, CATALOG, policy.id, description="Changed again")
    work_off("restore_execute")
    shows(f"{home}result/", again)
    repeated = manager.post(f"{home}repeat/").headers["Location"].removesuffix("preview/")
    manager.post(f"{repeated}previews/")
    work_off("restore_preview")
    sent["fingerprint"] = RestoreRun.everywhere.latest("pk").fingerprint
    manager.post(f"{repeated}confirmation/", sent)
    work_off("restore_execute")
    (undo,) = guide.buttons(4)
    shows(f"{repeated}result/", undo)
    nothing = manager.post("/admin/t/contoso/restores/new/", {"version": version.pk}).headers["Location"]
    manager.post(f"{nothing.removesuffix('preview/')}previews/")
    work_off("restore_preview")
    shows(nothing, change)


def commands(*, of_a_set):
    """Return the commands of the page in their order: those about a backup set, or the others."""
    lines = re.findall(r"^    tenantpilot restores (.+)$", Guide("restore-a-policy.md").text, re.MULTILINE)
    return [line for line in lines if ("--set" in line) == of_a_set]


def test_the_commands_that_restore_from_a_set_run(policy, mona, restoring, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: restoring.now)
    facts = {"tenant": restoring.tenant, "initiator": mona, "name": "First", "now": restoring.now}
    types = ("settingsCatalog", "compliancePolicy")
    restoring.runner().execute(start_backup(policy_types=types, **facts).run.pk)
    for line in commands(of_a_set=True):
        words = line.replace("--set 12", f"--set {BackupSet.everywhere.get().pk}").replace("POLICY_ID", policy.id)
        answer = CliRunner().invoke(restores.app, shlex.split(words.replace("mona@example.com", mona.email)))
        assert answer.exit_code == 0, (line, answer.output, answer.exception)
    whole, part = (
        RestoreItem.everywhere.of_run(restore.pk).count() for restore in RestoreRun.everywhere.order_by("pk")
    )
    assert whole > part > 1


def test_the_commands_of_restore_a_policy_run(policy, mona, restoring, monkeypatch):
    """In their order, with this tenant's numbers in the place of the page's."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: restoring.now)
    lines = commands(of_a_set=False)
    assert [line.split()[0] for line in lines] == [*ALONE[:3], "approve", "refuse", *ALONE[3:]]
    facts = {"tenant": restoring.tenant, "initiator": mona, "name": "First", "now": restoring.now}
    restoring.runner().execute(start_backup(policy_types=("settingsCatalog",), **facts).run.pk)
    for line in lines[:3] + lines[5:]:
        words = line.replace("POLICY_ID", policy.id).replace("--version 3", "--version 1")
        words = words.replace("mona@example.com", mona.email)
        words = words.replace("PLAN", RestoreRun.everywhere.latest("pk").fingerprint[:12]) if "PLAN" in words else words
        if not words.startswith("preview"):
            words = words.replace(" 17", f" {RestoreRun.everywhere.latest('pk').pk}")
        answer = CliRunner().invoke(restores.app, shlex.split(words))
        assert answer.exit_code == 0, (line, answer.output, answer.exception)
        for run in OperationRun.everywhere.filter(type__startswith="restore_", status="queued"):
            restoring.runner().execute(run.pk)
            restoring.fresh(RestoreRun.everywhere.latest("pk"))
    assert OperationRun.everywhere.get(type="restore_execute").outcome == "succeeded"


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_the_commands_of_the_second_person_run(policy, contoso, mona, olivia, restoring, monkeypatch, decision):
    nina = member(contoso, "nina", Role.MANAGER)
    turn_on(contoso, actor=olivia, now=restoring.now)
    monkeypatch.setattr("django.utils.timezone.now", lambda: restoring.now)
    lines = commands(of_a_set=False)
    restore = restoring.preview(restoring.draft(version_of(policy.id)))
    for line in (lines[2], next(line for line in lines if line.startswith(decision))):
        words = line.replace("mona@example.com", mona.email).replace("nina@example.com", nina.email)
        words = words.replace("PLAN", restore.fingerprint[:12])
        answer = CliRunner().invoke(restores.app, shlex.split(words.replace(" 17", f" {restore.pk}")))
        assert answer.exit_code == 0, (line, answer.output, answer.exception)
    assert OperationRun.everywhere.filter(type="restore_execute").count() == (decision == "approve")


def test_restore_into_another_tenant_is_true(policy, manager, shows, other, fabrikam, mona):
    guide, version = Guide("restore-into-another-tenant.md"), version_of(policy.id)
    membership = {"workspace_id": fabrikam.workspace_id, "tenant": fabrikam, "user": mona}
    TenantMember.everywhere.create(**membership, role=Role.MANAGER)
    this_version, into, prepare, _from_backup = guide.buttons(1)
    shows(f"/admin/t/contoso/inventory/{version.policy_id}/versions/{version.number}/", this_version)
    shows(f"/admin/t/contoso/restores/new/?version={version.pk}", into, prepare)
    made = manager.post("/admin/t/contoso/restores/new/", {"version": version.pk, "target": "fabrikam"})
    home = made.headers["Location"].removesuffix("preview/")
    assert home.startswith("/admin/t/fabrikam/")
    shows(f"{home}preview/", *guide.buttons(2))
    manager.post(f"{home}previews/")
    work_off("restore_preview")
    [item] = items_of(RestoreRun.everywhere.get())
    assert STAYS in " ".join(guide.text.split())
    assert (item.action, item.sentences[0]["text"]) == ("create", "Assigned to nobody")
    save_rule, tab, *ways, save = guide.buttons(3)
    shows(f"{home}scope/", save_rule)
    fill(manager, f"{home}scope/", {"assignments": "exact"})
    manager.post(f"{home}previews/")
    work_off("restore_preview")
    assert items_of(RestoreRun.everywhere.get())[0].action == "block"
    shows(f"{home}mapping/", *(way for way in ways if not way.startswith("Use …")), save)
    shows(f"{home}preview/", tab)
    edits = mapped(RestoreMapping.everywhere.filter(action="block"), other)
    decided = {f"decision-{key}": "map" for key in edits}
    targets = {f"target-{key}": edit.target_id for key, edit in edits.items()}
    fill(manager, f"{home}mapping/", decided | targets)
    preview, go_on, undo = guide.buttons(4)
    shows(f"{home}preview/", preview)
    manager.post(f"{home}previews/")
    work_off("restore_preview")
    shows(f"{home}preview/", go_on)
    sent = {"name": "Fabrikam", "reason": "A copy", "fingerprint": RestoreRun.everywhere.get().fingerprint}
    manager.post(f"{home}confirmation/", sent)
    work_off("restore_execute")
    shows(f"{home}result/", undo)
    [item] = items_of(RestoreRun.everywhere.get())
    assert (item.action, item.state) == ("create", "verified")
    assigned = {
        row["target"].get("groupId") for row in other.store.find(CATALOG, item.target_id).children["assignments"]
    }
    assert assigned - {None} <= set(targets.values())
