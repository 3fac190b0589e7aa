"""What Entra keeps for 30 days after its deletion: the date and the place for a person, and never a request of ours."""

from datetime import timedelta

import pytest

from tenantpilot.inventory.models import Policy
from tenantpilot.restores.drafting import draft_to_undo
from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.kept_by_entra import kept_by_entra
from tenantpilot.restores.states import Choice
from tests.restores.conftest import delete, entity_of, items_of, version_of
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

POLICIES, LOCATIONS = "identity/conditionalAccess/policies", "identity/conditionalAccess/namedLocations"
CATALOG = "deviceManagement/configurationPolicies"
IN_A_MONTH = timedelta(days=30)


@pytest.fixture
def deleted(captured, directory, simulator):
    """A Conditional Access policy, a named location and a policy of Intune, deleted after they were captured."""

    def deleted(*paths):
        entities = [entity_of(directory, path) for path in paths]
        versions = [version_of(entity.id) for entity in entities]
        for path, entity in zip(paths, entities, strict=True):
            delete(simulator, directory, path, entity.id)
        return versions

    return deleted


def test_both_types_are_named_with_date_and_place(deleted, restoring, now):
    restore = restoring.preview(restoring.draft(*deleted(POLICIES, LOCATIONS, CATALOG)))
    items = {item.type: item for item in items_of(restore)}
    kept = kept_by_entra(restore, items.values(), now=now)
    assert items.pop("settingsCatalog").pk not in kept
    for item in items.values():
        one, seen = kept[item.pk], Policy.everywhere.get(graph_id=item.source_id).last_seen_at
        assert (one.until, one.is_at_most) == (seen + IN_A_MONTH, False)
        assert one.url == "https://entra.microsoft.com/#view/Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade"
    places = {kind: kept[item.pk].place.rpartition(", ")[2] for kind, item in items.items()}
    assert places == {"conditionalAccessPolicy": "Deleted policies", "namedLocation": "Deleted named locations"}


def test_a_deletion_that_was_found_late_has_a_latest_date(deleted, restoring, now):
    [version] = deleted(POLICIES)
    Policy.everywhere.filter(pk=version.policy_id).update(
        first_seen_at=now - timedelta(days=90), last_seen_at=now - timedelta(days=40), missing_since=now
    )
    restore = restoring.preview(restoring.draft(version))
    [item] = items_of(restore)
    kept = kept_by_entra(restore, [item], now=now)[item.pk]
    assert (kept.until, kept.is_at_most) == (now + IN_A_MONTH, True)
    assert kept_by_entra(restore, [item], now=now + IN_A_MONTH) == {}


def test_an_object_that_is_there_is_not_kept(captured, directory, restoring, now):
    restore = restoring.preview(restoring.draft(version_of(entity_of(directory, POLICIES).id)))
    assert kept_by_entra(restore, items_of(restore), now=now) == {}


def test_the_preview_shows_it_and_nothing_asks_graph(deleted, restoring, simulator, signed_in, mona, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    versions = deleted(LOCATIONS)
    simulator.log.clear()
    restore = restoring.preview(restoring.draft(*versions))
    shown = read(signed_in(mona).get(f"/admin/t/contoso/restores/{restore.pk}/preview/")).one("main").words
    assert "at least until" in shown
    assert "Open Entra: Conditional Access, Named locations, Deleted named locations" in shown
    restoring.execute(restore)
    assert [entry.path for entry in simulator.log if "deletedItems" in entry.path] == []


def test_an_undo_says_that_its_deletion_is_kept(deleted, restoring, mona, now):
    restore, _run = restoring.whole(*deleted(LOCATIONS))
    undo = draft_to_undo(restore, source="Undo", actor=mona, now=now)
    [item] = items_of(undo)
    edit_items(undo, {item.pk: ItemEdit(Choice.DELETE)}, actor=mona, now=now)
    undo = restoring.preview(undo)
    [item] = items_of(undo)
    assert kept_by_entra(undo, [item], now=now)[item.pk].until is None
    restoring.execute(undo)
    [item] = items_of(undo)
    assert kept_by_entra(undo, [item], now=now)[item.pk].until == now + IN_A_MONTH
