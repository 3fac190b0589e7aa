"""The pages of a restore say what is so: what was deleted, what has not begun, and why nothing is written."""

import pytest
from django.utils import timezone

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.graph.contracts.restoring import Reason
from tenantpilot.inventory.models import Policy
from tenantpilot.restores import basis, moving
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.operations import RESTORE_EXECUTE, RESTORE_PREVIEW
from tenantpilot.restores.services import CannotConfirm
from tenantpilot.versions.words import restorable_words
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"
HOME = "/admin/t/contoso/restores/"


@pytest.fixture
def restore(captured, directory, restoring):
    restoring.now = timezone.now()
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return restoring.preview(restoring.draft(version))


def words(client, restore, step):
    answer = client.get(f"{HOME}{restore.pk}/{step}/")
    assert answer.status_code == 200
    return read(answer).one("main").words


def test_what_was_deleted_is_not_called_changed(restore, directory, simulator, restoring, signed_in, mona):
    delete(simulator, directory, CATALOG, items_of(restore)[0].found_id)
    restoring.execute(restore)
    [item] = items_of(restore)
    assert (item.state, item.reason_code) == ("failed", "deleted_since_preview")
    page = words(signed_in(mona), restore, "result")
    assert "The object was deleted in the tenant after the preview was made, so nothing was written." in page
    assert "creates it anew" in page
    assert "Look at what changed" not in page


def test_a_deletion_that_is_known_is_named_before_it_is_confirmed(restore, restoring):
    Policy.everywhere.filter(graph_id=items_of(restore)[0].found_id).update(missing_since=restoring.now)
    with pytest.raises(CannotConfirm, match="Deleted in the tenant since the preview"):
        restoring.start(restore)


def test_a_restore_that_is_queued_has_written_nothing_yet(restore, restoring, signed_in, mona):
    restoring.start(restore)
    page = words(signed_in(mona), restore, "result")
    for text in ("What will happen", "It is queued: nothing was written yet.", "Not begun yet", "Change 1"):
        assert text in page
    for text in ("What happened", "Not written"):
        assert text not in page


def test_the_list_does_not_ask_to_confirm_nothing(captured, directory, restoring, signed_in, mona, restore):
    other = version_of(entity_of(directory, CATALOG, 1).id)
    nothing = restoring.preview(restoring.draft(other))
    assert nothing.state == restore.state == "previewed"
    listed = read(signed_in(mona).get(HOME)).one("main")
    rows = {one.pk: listed.one("tr", id=f"restore-{one.pk}").words for one in (nothing, restore)}
    assert "Nothing to do" in rows[nothing.pk]
    assert "Ready to confirm" not in rows[nothing.pk]
    assert "Ready to confirm" in rows[restore.pk]


def test_every_reason_for_which_an_object_is_only_previewed_is_said(restore, signed_in, mona, now):
    reasons = [reason.value for reason in Reason if reason is not Reason.NONE]
    moving.to_previewing(restore.pk, None)
    blockers = [{"code": "preview_only", "about": [], "permission": "", "why": reason} for reason in reasons]
    RestoreItem.everywhere.of_run(restore.pk).update(action="block", blockers=blockers)
    page = words(signed_in(mona), restore, "preview")
    for reason in reasons:
        assert restorable_words(reason) != reason.replace("_", " ").capitalize()
        assert f"It can be compared, and not written back. {restorable_words(reason)}" in page


AGAIN = "Prepare what was not restored again"
OF_RUNS_ALONE = set(RESTORE_EXECUTE.reason_codes) - set(RESTORE_PREVIEW.reason_codes)


@pytest.mark.parametrize("code", sorted(OF_RUNS_ALONE))
def test_no_next_step_of_an_execution_asks_for_what_its_page_does_not_offer(code):
    """A restore that has ended has no button for a preview of its own."""
    step = str(ReasonCatalog.get(code).next_step)
    assert "preview" not in step.lower() or f"'{AGAIN}'" in step, step


def test_what_was_outdated_is_prepared_again_by_the_button_that_is_named(
    restore, restoring, signed_in, mona, monkeypatch
):
    run = restoring.start(restore)
    with monkeypatch.context() as patched:
        patched.setattr(basis, "version_of_contract", lambda _key: "another")
        restoring.runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code, restoring.fresh(restore).state) == ("failed", "preview_outdated", "done")
    page = read(signed_in(mona).get(f"{HOME}{restore.pk}/result/")).one("main")
    [button] = [button for button in page.every("button") if button.words == AGAIN]
    assert button.words in str(ReasonCatalog.get(run.reason_code).next_step)
    answer = signed_in(mona).post(f"{HOME}{restore.pk}/repeat/")
    assert answer.status_code == 302
    assert RestoreRun.everywhere.latest("pk").state == "draft"
