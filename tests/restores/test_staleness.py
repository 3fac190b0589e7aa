"""A preview is stale where the tenant has changed since, and not where an archive tells of the past."""

import json
from datetime import timedelta

import pytest

from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.services import PreviewStale
from tenantpilot.restores.settling import settle_all
from tenantpilot.restores.staleness import Changed, changed_since_preview
from tenantpilot.versions.importing import Imported, take_imported
from tenantpilot.versions.models import PolicyVersion, VersionSecret
from tenantpilot.versions.payloads import raw_of
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of
from tests.restores.test_resuming import CATALOG

pytestmark = pytest.mark.same_on_both


@pytest.fixture
def previewed(captured, directory, restoring):
    """A previewed restore of two policies that somebody has changed."""
    policies = [entity_of(directory, CATALOG, number) for number in (0, 1)]
    versions = [version_of(policy.id) for policy in policies]
    for policy in policies:
        edit(directory, CATALOG, policy.id, description="Changed by hand")
    return restoring.preview(restoring.draft(*versions))


def take_older(graph_id, now):
    """Import a version of the object that was read long ago."""
    newest = version_of(graph_id)
    content = {**json.loads(raw_of(newest.payload)), "description": "As it was long ago"}
    raw = json.dumps(content).encode()
    read_at = newest.read_at - timedelta(days=30)
    archive = Imported(raw, content, read_at, newest.restorable, newest.names)
    take_imported(newest.policy, archive, run_id=None, now=now)
    assert version_of(graph_id).pk != newest.pk


def test_the_import_of_an_older_set_makes_no_preview_stale(previewed, restoring, now):
    for item in items_of(previewed):
        take_older(item.found_id, now)
    assert changed_since_preview(previewed) == []
    assert restoring.execute(previewed).outcome == "succeeded"


def test_what_was_captured_since_makes_it_stale(previewed, directory, restoring, capture, now):
    first, second = items_of(previewed)
    take_older(first.found_id, now)
    edit(directory, CATALOG, second.found_id, description="Changed again")
    assert capture().outcome == "succeeded"
    assert changed_since_preview(previewed) == [Changed(second.name, is_gone=False)]
    with pytest.raises(PreviewStale, match=f"Changed in the tenant since the preview: {second.name}"):
        restoring.start(previewed)


def test_another_secret_makes_it_stale(previewed):
    """Versions that differ in a secret alone have the same bytes."""
    item = items_of(previewed)[0]
    again = version_of(item.found_id)
    first = with_secret(again, "one")
    again.pk, again.number, again.change = None, first.version.number + 1, "secret"
    again._state.adding = True
    again.save()
    assert changed_since_preview(previewed) == []
    with_secret(again, "two")
    assert changed_since_preview(previewed) == [Changed(item.name, is_gone=False)]


def with_secret(version, fingerprint):
    facts = {"workspace_id": version.workspace_id, "tenant_id": version.tenant_id, "sealed": b"-", "key_id": "k"}
    owner = PolicyVersion.everywhere.get(pk=version.pk)
    return VersionSecret.everywhere.create(version=owner, pointer="/key", fingerprint=fingerprint, **facts)


def test_what_is_gone_is_named_and_asked_for_once(
    previewed, directory, simulator, sync, restoring, django_assert_max_num_queries
):
    gone = items_of(previewed)[0]
    delete(simulator, directory, CATALOG, gone.found_id)
    assert sync().outcome == "succeeded"
    with django_assert_max_num_queries(5):
        assert changed_since_preview(previewed) == [Changed(gone.name, is_gone=True)]
    with pytest.raises(PreviewStale, match=f"Deleted in the tenant since the preview: {gone.name}"):
        restoring.start(previewed)


def test_a_look_at_one_restore_expires_no_other(captured, directory, restoring):
    first, other = (previewed_of(restoring, directory, entity_of(directory, CATALOG, number)) for number in (0, 1))
    later = restoring.now + timedelta(hours=2)
    assert restoring.fresh(first, later).state == "expired"
    assert RestoreRun.everywhere.get(pk=other.pk).state == "previewed"
    assert settle_all(now=later) == 1


def previewed_of(restoring, directory, policy):
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return restoring.preview(restoring.draft(version))
