"""A restore from the first page to the last, as a manager does it."""

import pytest

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.states import Choice
from tests.restores.conftest import edit, entity_of, items_of, version_of
from tests.restores.filling import fill
from tests.web.html import read
from tests.web.kit import SCRIPT, at_most_queries

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"
HOME = "/admin/t/contoso/restores/"


@pytest.fixture
def changed(captured, directory):
    """A policy that somebody has changed after its version was taken."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return version


@pytest.fixture
def manager(signed_in, mona):
    return signed_in(mona)


def words(answer, status=200):
    assert answer.status_code == status, answer.text[:500]
    return read(answer).one("main").words


def work_off(kind):
    """Do what a worker would do next."""
    run = OperationRun.everywhere.filter(type=kind).latest("pk")
    Runner().execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


def previewed(manager, version):
    """Prepare a restore of the version and preview it; answers the restore."""
    made = manager.post(f"{HOME}new/", {"version": version.pk})
    restore = RestoreRun.everywhere.latest("pk")
    assert made.headers["Location"] == f"{HOME}{restore.pk}/preview/"
    assert "Preview of a restore queued" in manager.post(f"{HOME}{restore.pk}/previews/", headers=SCRIPT).text
    work_off("restore_preview")
    restore.refresh_from_db()
    return restore


def test_a_version_is_restored_from_page_to_page(changed, manager, directory):
    page = f"/admin/t/contoso/inventory/{changed.policy_id}/versions/{changed.number}/"
    assert "Restore this version" in words(manager.get(page))
    assert changed.policy.name in words(manager.get(f"{HOME}new/?version={changed.pk}"))
    restore = previewed(manager, changed)
    here = f"{HOME}{restore.pk}/"
    with at_most_queries(16):
        shown = words(manager.get(f"{here}preview/"))
    assert "Description" in shown
    assert "Changed by hand" in shown
    refused = manager.post(
        f"{here}confirmation/", {"name": "Contosso", "reason": "x", "fingerprint": restore.fingerprint}
    )
    assert "Type the tenant's name exactly as it is written: Contoso" in words(refused, 422)
    sent = {"name": "Contoso", "reason": "Undo a mistake", "fingerprint": restore.fingerprint}
    confirmed = manager.post(f"{here}confirmation/", sent)
    assert confirmed.headers["Location"] == f"{here}result/"
    assert work_off("restore_execute").outcome == "succeeded"
    shown = words(manager.get(f"{here}result/"))
    assert "Undo a mistake" in shown
    assert "Undo this restore" in shown
    assert "Restored" in words(manager.get(HOME)) or "Done" in words(manager.get(HOME))
    assert directory.store.find(CATALOG, changed.policy.graph_id).body["description"] != "Changed by hand"


def test_a_stale_preview_is_refused_and_the_next_one_shows_both(changed, manager, capture, directory):
    restore = previewed(manager, changed)
    here = f"{HOME}{restore.pk}/"
    edit(directory, CATALOG, changed.policy.graph_id, description="Changed again")
    capture([changed.policy_id])
    sent = {"name": "Contoso", "reason": "Undo a mistake", "fingerprint": restore.fingerprint}
    answer = manager.post(f"{here}confirmation/", sent)
    assert "Changed in the tenant since the preview" in words(answer, 422)
    assert read(answer).one("main").one("input", name="back")["value"] == f"{here}preview/"
    followed = manager.post(f"{here}previews/", {"back": f"{here}preview/"})
    assert followed.headers["Location"] == f"{here}preview/", "not the confirmation, which shows no difference"
    work_off("restore_preview")
    shown = words(manager.get(f"{here}preview/"))
    assert "Shown before" in shown
    assert "Changed by hand" in shown
    assert "Changed again" in shown


def test_an_edit_makes_it_a_draft_again(changed, manager):
    restore = previewed(manager, changed)
    here = f"{HOME}{restore.pk}/"
    [item] = items_of(restore)
    fill(manager, f"{here}scope/", {"assignments": "exact", f"item-{item.pk}": Choice.SKIP})
    restore.refresh_from_db()
    assert (restore.state, items_of(restore)[0].choice) == ("draft", "skip")
    sent = {"name": "Contoso", "reason": "x", "fingerprint": restore.fingerprint}
    assert manager.post(f"{here}confirmation/", sent).status_code == 422
    assert not OperationRun.everywhere.filter(type="restore_execute").exists()


def test_what_is_sent_by_hand_is_refused_with_words(changed, manager):
    restore = previewed(manager, changed)
    [item] = items_of(restore)
    for wish in ("delete", "target:no-such-id", "nonsense"):
        answer = fill(manager, f"{HOME}{restore.pk}/scope/", {"assignments": "none", f"item-{item.pk}": wish})
        assert words(answer, 422)
    restore.refresh_from_db()
    assert (items_of(restore)[0].choice, restore.chosen.assignments, restore.state) == ("", "", "previewed")


def test_a_reader_sees_it_and_can_start_nothing(changed, manager, signed_in, bob):
    restore = previewed(manager, changed)
    reader = signed_in(bob)
    assert "Go on to confirm" not in words(reader.get(f"{HOME}{restore.pk}/preview/"))
    assert reader.post(f"{HOME}{restore.pk}/confirmation/", {}).status_code == 403
