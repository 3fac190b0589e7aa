"""What a page of a restore offers and cannot be done any more is refused in words on that page."""

import pytest

from tenantpilot.restores.drafting import draft_to_undo
from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.repeating import unfinished_items
from tenantpilot.restores.states import Choice
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of
from tests.restores.test_resuming import CATALOG
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

AGAIN = "Prepare what was not restored again"


@pytest.fixture
def failed_undo(captured, directory, simulator, restoring, mona, now):
    """An undo that could not delete what a restore has created: somebody works on that."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore, _run = restoring.whole(version)
    undo = draft_to_undo(restore, source="Undo", actor=mona, now=now)
    edit_items(undo, {items_of(undo)[0].pk: ItemEdit(Choice.DELETE)}, actor=mona, now=now)
    undo = restoring.preview(undo)
    edit(directory, CATALOG, items_of(restore)[0].target_id, description="Somebody works on it")
    restoring.execute(undo)
    assert items_of(undo)[0].state == "failed"
    return restoring.fresh(undo)


@pytest.fixture
def hers(signed_in, mona):
    return signed_in(mona)


def test_a_deletion_that_failed_is_not_offered_again(failed_undo, hers):
    assert not unfinished_items(failed_undo).exists()
    assert AGAIN not in read(hers.get(f"/admin/t/contoso/restores/{failed_undo.pk}/result/")).one("main").words


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("repeat", "Nothing of it is left that could be prepared again."),
        ("undo", "It has written nothing that an undo could bring back."),
        ("continuation", "Nothing of it waits for an approval."),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(failed_undo, hers, verb, words):
    before = RestoreRun.everywhere.count()
    answer = hers.post(f"/admin/t/contoso/restores/{failed_undo.pk}/{verb}/")
    page = read(answer)
    assert (answer.status_code, RestoreRun.everywhere.count()) == (422, before)
    assert words in page.one("main").words
    assert page.one("span", hx_select="#restore-page")["hx-get"].endswith("/result/")


def test_before_it_has_ended_the_page_of_the_preview_says_so(captured, directory, restoring, hers):
    version = version_of(entity_of(directory, CATALOG).id)
    restore = restoring.draft(version)
    answer = hers.post(f"/admin/t/contoso/restores/{restore.pk}/undo/")
    assert answer.status_code == 422
    assert "The restore has not ended yet." in read(answer).one("main").words
