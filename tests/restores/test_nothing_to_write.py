"""A preview that would write nothing: it says why, offers something else, and nobody confirms it."""

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.cli.commands import restores
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.nothing_to_write import why_nothing
from tenantpilot.restores.services import Confirmation, NothingToWrite, confirm
from tenantpilot.restores.states import Action, Choice
from tests.restores.conftest import edit, entity_of, items_of, version_of
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"
LIKE_THIS = "The tenant already looks like this, so nothing would be written."
LEFT_OUT = "Everything is left out, so nothing would be written."


@pytest.fixture
def equal(captured, directory, restoring):
    """A previewed restore of a policy that the tenant has as its version says."""
    return restoring.preview(restoring.draft(version_of(entity_of(directory, CATALOG).id)), at=timezone.now())


@pytest.fixture
def left_out(captured, directory, restoring, mona):
    """A previewed restore whose only item a person has left out."""
    policy = entity_of(directory, CATALOG)
    restore = restoring.draft(version_of(policy.id))
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    [item] = items_of(restore)
    edit_items(restore, {item.pk: ItemEdit(Choice.SKIP)}, actor=mona, now=restoring.now)
    return restoring.preview(restoring.fresh(restore), at=timezone.now())


def page_of(restore, step="preview"):
    return f"/admin/t/contoso/restores/{restore.pk}/{step}/"


def nothing_was_started():
    return not OperationRun.everywhere.filter(type="restore_execute").exists()


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ({Action.UPDATE: 1, Action.NONE: 4}, ""),
        ({Action.DELETE: 1}, ""),
        ({Action.NONE: 4}, LIKE_THIS),
        ({Action.SKIP: 2}, LEFT_OUT),
        ({Action.BLOCK: 3, Action.NONE: 0}, "Everything is blocked, so nothing can be written. Each item says why."),
        (
            {Action.NONE: 1, Action.SKIP: 2, Action.BLOCK: 1},
            "Nothing would be written: 1 item is already like this, 2 are left out, 1 is blocked.",
        ),
    ],
)
def test_the_words_say_what_became_of_the_items(actions, words):
    assert why_nothing(actions) == words


class TestTheService:
    def test_it_refuses_what_is_like_this_already(self, equal, mona):
        words = Confirmation(equal.fingerprint, "Contoso", "Undo a mistake")
        with pytest.raises(NothingToWrite, match="already looks like this"):
            confirm(equal, words, actor=mona, now=timezone.now())
        assert nothing_was_started()

    def test_it_refuses_what_is_left_out(self, left_out, mona):
        words = Confirmation(left_out.fingerprint, "Contoso", "Undo a mistake")
        with pytest.raises(NothingToWrite, match="Everything is left out"):
            confirm(left_out, words, actor=mona, now=timezone.now())
        assert nothing_was_started()


class TestThePages:
    def test_the_preview_says_so_and_offers_a_change(self, equal, signed_in, mona):
        main = read(signed_in(mona).get(page_of(equal))).one("main")
        assert LIKE_THIS in main.words
        assert main.one("a", href=page_of(equal, "scope"), class_="btn-primary")
        assert "Discard this restore" in main.words
        assert "Go on to confirm" not in main.words
        assert "Ready to confirm" not in main.words
        assert not main.every("a", href=page_of(equal, "confirmation")), "no tab leads to a confirmation"

    def test_a_preview_of_what_is_left_out_is_not_called_blocked(self, left_out, signed_in, mona):
        main = read(signed_in(mona).get(page_of(left_out))).one("main")
        assert LEFT_OUT in main.words
        assert "stay as they are unless" not in main.words

    def test_a_reader_is_offered_nothing(self, equal, signed_in, bob):
        main = read(signed_in(bob).get(page_of(equal))).one("main")
        assert LIKE_THIS in main.words
        assert "Discard this restore" not in main.words

    def test_the_confirmation_leads_back_and_refuses(self, equal, signed_in, mona):
        manager = signed_in(mona)
        asked = manager.get(page_of(equal, "confirmation"))
        assert asked.headers["Location"] == f"/admin/t/contoso/restores/{equal.pk}/"
        sent = {"name": "Contoso", "reason": "Undo a mistake", "fingerprint": equal.fingerprint}
        answer = manager.post(page_of(equal, "confirmation"), sent)
        assert answer.status_code == 422
        main = read(answer).one("main")
        assert LIKE_THIS in main.words
        assert "Restore 0 objects" not in main.words
        assert nothing_was_started()


def test_at_a_shell_it_is_shown_and_refused(equal, mona):
    said = CliRunner().invoke(restores.app, ["show", f"{equal.pk}"])
    assert LIKE_THIS in " ".join(said.output.split())
    assert "plan:" not in said.output
    words = ["confirm", f"{equal.pk}", "--tenant-name", "Contoso", "--reason", "Mistake", "--as", mona.email]
    refused = CliRunner().invoke(restores.app, [*words, "--plan", equal.fingerprint[:12]])
    assert isinstance(refused.exception, Problem)
    assert LIKE_THIS in str(refused.exception)
    assert nothing_was_started()
