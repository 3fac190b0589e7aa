"""A restore from a backup set: only what was ticked, and the set stays as long as the restore needs it."""

import pytest

from tenantpilot.backups.usage import in_use
from tenantpilot.restores.editing import discard
from tenantpilot.restores.models import RestoreRun
from tests.backups.kit import building_set, finish, member, new_chain
from tests.restores.conftest import items_of
from tests.versions.kit import new_policy, take
from tests.web.html import read


@pytest.fixture
def backup(contoso, now):
    """A set of three policies."""
    chain = new_chain(contoso, now)
    building = building_set(chain, 1, now)
    for graph_id in ("p1", "p2", "p3"):
        policy = new_policy(contoso, now, graph_id=graph_id)
        member(chain, take(policy, {"id": graph_id, "displayName": graph_id}, now), 1)
    return finish(building)


def test_only_what_is_ticked_is_restored(backup, signed_in, alice, now):
    browser = signed_in(alice)
    here = f"/admin/t/contoso/restores/of-set/{backup.pk}/"
    shown = read(browser.get(here)).every("input", name="policy")
    assert len(shown) == 3
    assert browser.post(here, {}).status_code == 422
    browser.post(here, {"policy": shown[1]["value"]})
    restore = RestoreRun.everywhere.get()
    assert [item.source_id for item in items_of(restore)] == ["p2"]
    assert (restore.source_set, restore.source_digest) == (backup.pk, backup.digest)
    assert in_use([backup.pk]) == {backup.pk}
    discard(restore, actor=alice, now=now)
    assert in_use([backup.pk]) == set()


def test_sec_03_a_set_of_another_tenant_is_not_found(backup, signed_in, charlie):
    assert signed_in(charlie).get(f"/admin/t/fabrikam/restores/of-set/{backup.pk}/").status_code == 404
