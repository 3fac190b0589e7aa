"""Warnings are accepted before a restore is confirmed: one by one, or all of a kind at once with their names."""

import pytest
from django.utils import timezone

from tenantpilot.restores import moving
from tenantpilot.restores.basis import basis_of
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.fingerprint import fingerprint_of_restore
from tenantpilot.restores.models import RestoreItem
from tests.restores.conftest import items_of
from tests.restores.filling import fill
from tests.versions.kit import new_policy, take
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

HOME = "/admin/t/contoso/restores/"


@pytest.fixture
def previewed(contoso, mona, now):
    """A preview of so many objects that are created, with a warning for each."""

    def previewed(number):
        payloads = [{"id": f"p{n}", "displayName": f"Wi-Fi {n}"} for n in range(number)]
        versions = [take(new_policy(contoso, now, graph_id=one["id"]), one, now) for one in payloads]
        restore = draft_of_versions(tenant=contoso, versions=versions, source="Test", actor=mona, now=now)
        moving.to_previewing(restore.pk, None)
        moving.keep_basis(restore.pk, basis_of(restore).to_json())
        RestoreItem.everywhere.of_run(restore.pk).update(action="create", match="absent", warnings=["wide_target"])
        restore.refresh_from_db()
        moving.to_previewed(restore.pk, fingerprint_of_restore(restore), is_blocked=False, now=timezone.now())
        restore.refresh_from_db()
        return restore

    return previewed


@pytest.fixture
def manager(signed_in, mona):
    return signed_in(mona)


def sent(restore, **more):
    return {"name": "Contoso", "reason": "x", "fingerprint": restore.fingerprint, **more}


def test_hundreds_of_warnings_are_accepted_by_one_box_that_names_them(previewed, manager):
    restore = previewed(300)
    here = f"{HOME}{restore.pk}/confirmation/"
    page = read(manager.get(here)).one("main")
    assert [box["value"] for box in page.every("input", name="accept-all")] == ["wide_target"]
    assert not page.every("input", name="accept")
    assert "All 300 objects" in page.words
    assert [n for n in range(300) if f"Policy p{n} " not in f"{page.words} "] == []
    assert manager.post(here, sent(restore)).status_code == 422
    assert manager.post(here, sent(restore, **{"accept-all": "another_kind"})).status_code == 422
    assert manager.post(here, sent(restore, **{"accept-all": "wide_target"})).status_code == 302
    assert {tuple(item.accepted) for item in items_of(restore)} == {("wide_target",)}


def test_a_few_warnings_are_accepted_one_by_one(previewed, manager):
    restore = previewed(3)
    here = f"{HOME}{restore.pk}/confirmation/"
    boxes = [box["value"] for box in read(manager.get(here)).every("input", name="accept")]
    assert len(boxes) == 3
    assert manager.post(here, sent(restore, accept=boxes[:2])).status_code == 422
    assert manager.post(here, sent(restore, accept=boxes)).status_code == 302


def test_another_warning_than_those_shown_makes_the_preview_stale(previewed, manager):
    restore = previewed(2)
    before = restore.fingerprint
    moving.to_draft(restore.pk)
    RestoreItem.everywhere.filter(pk=items_of(restore)[0].pk).update(warnings=["wide_target", "large_group"])
    assert fingerprint_of_restore(restore) != before


def test_items_behind_the_first_page_can_be_edited(previewed, manager):
    restore = previewed(250)
    here = f"{HOME}{restore.pk}/scope/"
    first = read(manager.get(here)).one("main")
    [more] = [link["href"] for link in first.every("a") if "after=" in (link["href"] or "")]
    second = read(manager.get(f"{here}{more}")).one("main")
    assert [len(page.every("select")) for page in (first, second)] == [201, 51]
    last = items_of(restore)[-1]
    assert fill(manager, f"{here}{more}", {"assignments": "", f"item-{last.pk}": "skip"}).status_code == 302
    assert items_of(restore)[-1].choice == "skip"
