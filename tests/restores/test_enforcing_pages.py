"""Enforcing and weakening Conditional Access policies from page to page, and at a shell."""

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.cli.commands import restores
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.editing import edit_states
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.states import StateChoice
from tests.restores.conftest import items_of
from tests.restores.filling import fill
from tests.restores.test_emergency import REPORT_ONLY
from tests.web.html import read
from tests.web.kit import at_most_queries

pytestmark = pytest.mark.same_on_both

POLICIES = "identity/conditionalAccess/policies"
HOME = "/admin/t/contoso/restores/"
USUAL, ENFORCE, WEAKEN = StateChoice


class TestPages:
    def page(self, client, address, status=200):
        answer = client.get(address)
        assert answer.status_code == status
        return read(answer).one("main")

    def test_an_owner_enforces_a_policy_from_page_to_page(self, access_policy, owning, signed_in, otto):
        owning.now = timezone.now()
        restore = owning.preview(owning.draft(access_policy("enabled", REPORT_ONLY)))
        owner, here, [item] = signed_in(otto), f"{HOME}{restore.pk}/", items_of(restore)
        assert "State now: Report-only, after the restore: Report-only" in self.page(owner, f"{here}preview/").words
        with at_most_queries(16):
            offered = self.page(owner, f"{here}scope/")
        box = offered.one("select", name=f"state-{item.pk}")
        assert [option["value"] for option in box.every("option")] == ["", "enforce"]
        assert "in the version: On" in offered.words
        sent = {"assignments": "", f"item-{item.pk}": "", f"state-{item.pk}": "enforce"}
        assert fill(owner, f"{here}scope/", sent).status_code == 302
        restore = owning.preview(owning.fresh(restore))
        with at_most_queries(16):
            shown = self.page(owner, f"{here}preview/")
        assert "State now: Report-only, after the restore: On" in shown.words
        asked = self.page(owner, f"{here}confirmation/")
        assert "These policies become enforced (On)" in asked.words
        assert asked.one("input", name="enforce")["required"] is not None
        typed = {"name": "Contoso", "reason": "Enforce", "fingerprint": restore.fingerprint}
        assert "Type the word" in owner.post(f"{here}confirmation/", typed).text
        assert owner.post(f"{here}confirmation/", {**typed, "enforce": "Enforce "}).status_code == 302

    def test_a_manager_sees_why_the_choice_is_not_there(self, access_policy, owning, signed_in, mona):
        owning.now = timezone.now()
        restore = owning.draft(access_policy("enabled", REPORT_ONLY))
        manager, here, [item] = signed_in(mona), f"{HOME}{restore.pk}/", items_of(restore)
        offered = self.page(manager, f"{here}scope/")
        assert "You cannot choose to enforce a policy. Your role is Manager" in offered.words
        box = offered.one("select", name=f"state-{item.pk}")
        assert [option["value"] for option in box.every("option")] == [""]
        for wish in ("enforce", "nonsense"):
            answer = fill(manager, f"{here}scope/", {"assignments": "none", f"state-{item.pk}": wish})
            assert answer.status_code == 422
        restore.refresh_from_db()
        assert (restore.chosen, items_of(restore)[0].state_choice) == (RestoreOptions(), "")
        edit_states(restore, {item.pk: ENFORCE}, actor=owning.person, now=owning.now)
        restore = owning.preview(owning.fresh(restore))
        shown = self.page(manager, f"{here}preview/").words
        assert "Go on to confirm" not in shown
        assert "To restore policies in an enforced state you need to be Owner" in shown
        kept = {"assignments": "exact", f"item-{item.pk}": "", f"state-{item.pk}": "enforce"}
        assert fill(manager, f"{here}scope/", kept).status_code == 302, "the choice of the owner stays"
        assert items_of(restore)[0].state_chosen_by == owning.person


def test_at_a_shell_a_policy_is_enforced_with_the_word(access_policy, owning, otto, directory, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: owning.now)
    graph_id = access_policy("enabled", REPORT_ONLY).policy.graph_id
    run = CliRunner().invoke

    def said(*words):
        return run(restores.app, [*words, "--as", otto.email] if words[0] != "show" else list(words))

    assert said("preview", "contoso", "--policy", graph_id, "--weaken", graph_id).exit_code == 1
    assert not RestoreRun.everywhere.exists()
    assert said("preview", "contoso", "--policy", graph_id, "--enforce", graph_id).exit_code == 0
    restore = RestoreRun.everywhere.get()
    owning.runner().execute(OperationRun.everywhere.get(type="restore_preview").pk)
    assert "State now: Report-only, after: On" in said("show", f"{restore.pk}").output
    plan = owning.fresh(restore).fingerprint[:12]
    confirmed = ("confirm", f"{restore.pk}", "--tenant-name", "Contoso", "--reason", "Enforce", "--plan", plan)
    assert said(*confirmed).exit_code == 1
    assert said(*confirmed, "--word", "enforce").exit_code == 0
    owning.runner().execute(OperationRun.everywhere.get(type="restore_execute").pk)
    assert directory.store.find(POLICIES, graph_id).body["state"] == "enabled"
