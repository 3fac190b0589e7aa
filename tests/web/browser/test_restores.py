"""Restores in a browser, with real workers: the path and its undo, a conflict, another tenant, what comes between."""

import http.client
import json
import os
import re
import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cli.kit import until
from tests.web.browser.conftest import Demo, Visits

CATALOG = "deviceManagement/configurationPolicies"
SCRIPTS = "deviceManagement/deviceManagementScripts"
PATHS = {"settingsCatalog": CATALOG, "powershellScript": SCRIPTS}
SIZES = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})


class Portal:
    """Changes the objects of a tenant as Microsoft's portal would."""

    def __init__(self, demo: Demo, tenant: str = "Contoso") -> None:
        self._tenant = tenant
        found = re.search(r"Simulated Microsoft Graph on http://([\d.]+):(\d+)", demo.process.said)
        assert found, "the demo names no simulator"
        self._host, self._port = found[1], int(found[2])

    def change(self, graph_id: str, path: str = CATALOG, **changes: object) -> None:
        self._ask("PATCH", f"{path}/{graph_id}", changes)

    def delete(self, graph_id: str, path: str = CATALOG) -> None:
        self._ask("DELETE", f"{path}/{graph_id}", {})

    def _ask(self, method: str, place: str, body: dict[str, object]) -> None:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        with closing(connection):
            headers = {"Content-Type": "application/json"}
            connection.request(method, f"/_sim/tenants/{self._tenant}/objects/{place}", json.dumps(body), headers)
            assert connection.getresponse().status < 300


@pytest.fixture
def portal(demo: Demo) -> Portal:
    return Portal(demo)


def objects_of(demo: Demo, kind: str, tenant: str = "contoso") -> list[tuple[int, str, str]]:
    """Return the objects of a type: their keys, their ids in Graph, and their names."""
    with closing(sqlite3.connect(demo.database)) as database:
        sql = "SELECT p.id, p.graph_id, p.name FROM policies p JOIN tenants t ON t.id = p.tenant_id"
        return database.execute(f"{sql} WHERE t.slug = ? AND p.type = ? ORDER BY p.id", (tenant, kind)).fetchall()


def policy_of(demo: Demo, number: int, kind: str = "settingsCatalog") -> tuple[int, str]:
    """Return a policy of Contoso: its key and its id in Graph."""
    key, graph_id, _name = objects_of(demo, kind)[number]
    return key, graph_id


def shot(page: Page, name: str) -> None:
    """Keep pictures of both themes and sizes where a folder for pictures is named."""
    if not (folder := os.environ.get("TENANTPILOT_PICTURES")):
        return
    before = page.viewport_size
    for size, theme in product(SIZES, ("light", "dark")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_timeout(350)
        page.screenshot(path=str(Path(folder) / f"{name}-{theme}-{size['width']}.png"), full_page=True)
    page.set_viewport_size(before or SIZES[0])  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def captured(demo: Demo, page: Page, policy_id: int, number: int = 1, tenant: str = "contoso") -> None:
    """Take a version of the policy from its page."""
    page.goto(f"/admin/t/{tenant}/inventory/{policy_id}/versions/")
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # to leave before would end the request
        page.get_by_role("button", name="Capture").click()
    until(lambda: not active_captures(demo))
    page.goto(f"/admin/t/{tenant}/inventory/{policy_id}/versions/")
    expect(page.get_by_role("link", name=f"Version {number}", exact=True)).to_be_visible()


def active_captures(demo: Demo) -> int:
    """Return the number of captures that have not ended: a version may be older than the one that is under way."""
    with closing(sqlite3.connect(demo.database)) as database:
        sql = "SELECT count(*) FROM operation_runs WHERE type = 'policy_capture' AND status <> 'completed'"
        return int(database.execute(sql).fetchone()[0])


def prepared(page: Page, into: str = "") -> None:
    """Prepare the restore of the version that is shown, and preview it."""
    page.get_by_role("link", name="Restore this version").click()
    if into:
        page.get_by_label("Restore into").select_option(into)
    shot(page, "restore-new")
    page.get_by_role("button", name="Prepare restore").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Preview again")).to_be_visible()


def previewed(page: Page) -> None:
    prepared(page)
    expect(page.get_by_role("link", name="Go on to confirm")).to_be_visible()


def previewed_again(page: Page) -> None:
    """Preview what was edited."""
    page.get_by_role("button", name=re.compile("^Preview")).click()
    expect(page.get_by_role("link", name="Go on to confirm")).to_be_visible()


def typed(page: Page, tenant: str = "Contoso") -> None:
    page.get_by_role("link", name="Go on to confirm").click()
    page.get_by_label(f"Type {tenant}").fill(tenant)
    page.get_by_label("Reason").fill("Somebody changed it by mistake")
    for box in page.get_by_role("checkbox").all():
        box.check()


def confirmed(page: Page, tenant: str = "Contoso") -> None:
    typed(page, tenant)
    shot(page, "restore-confirmation")
    page.get_by_role("button", name=re.compile("^Restore 1 object")).click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


def restored(page: Page) -> None:
    expect(page.locator("#restore-page").get_by_text("Restored", exact=True).first).to_be_visible()


def test_a_manager_restores_a_version_and_undoes_it(visit: Visits, demo: Demo, portal: Portal):
    policy_id, graph_id = policy_of(demo, 0)
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(demo, page, policy_id)
    portal.change(graph_id, description="Changed by hand")
    page.get_by_role("link", name="Version 1").click()
    previewed(page)
    expect(page.get_by_text("Changed by hand")).to_be_visible()
    shot(page, "restore-preview")
    confirmed(page)
    restored(page)
    shot(page, "restore-result")
    page.get_by_role("button", name="Undo this restore").click()
    expect(page).to_have_url(re.compile(r"/restores/\d+/scope/$"))
    expect(page.get_by_role("heading", name=re.compile("^Undo of"))).to_be_visible()
    shot(page, "restore-undo")
    page.get_by_role("link", name="Preview", exact=True).click()
    previewed_again(page)
    confirmed(page)
    restored(page)
    page.goto(f"/admin/t/contoso/inventory/{policy_id}/versions/")
    page.get_by_role("link", name=re.compile("^Version 3")).first.click()
    expect(page.locator("main").get_by_text("Changed by hand").first).to_be_visible()


def test_what_changed_after_the_preview_is_left_and_shown(visit: Visits, demo: Demo, portal: Portal):
    policy_id, graph_id = policy_of(demo, 1)
    page = visit("Olivia", "/admin/t/contoso/inventory/", narrow=True)
    captured(demo, page, policy_id)
    portal.change(graph_id, description="Changed by hand")
    page.get_by_role("link", name="Version 1").click()
    previewed(page)
    shot(page, "restore-preview-again")
    portal.change(graph_id, description="Changed again")
    confirmed(page)
    expect(page.get_by_text("Changed in the tenant since the preview")).to_be_visible()
    expect(page.get_by_text("Changed again").first).to_be_visible()
    shot(page, "restore-stale")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, width


def test_a_stale_preview_is_refused_and_the_next_shows_both(visit: Visits, demo: Demo, portal: Portal):
    policy_id, graph_id = policy_of(demo, 2)
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(demo, page, policy_id)
    portal.change(graph_id, description="Changed by hand")
    page.get_by_role("link", name="Version 1").click()
    previewed(page)
    typed(page)
    portal.change(graph_id, description="Changed again")
    captured(demo, visit("Olivia", "/admin/"), policy_id, number=3)
    page.get_by_role("button", name="Restore 1 object").click()
    expect(page.locator(".note-danger")).to_contain_text("Changed in the tenant since the preview")
    visit.errors.clear()  # the console tells of the 422 itself
    shot(page, "restore-refused")
    page.get_by_role("button", name="Preview again").click()
    expect(page.get_by_text("Shown before")).to_be_visible()
    expect(page.get_by_text("Changed by hand").first).to_be_visible()
    expect(page.get_by_text("Changed again").first).to_be_visible()
    shot(page, "restore-both")


def test_a_person_chooses_one_of_two_namesakes(visit: Visits, demo: Demo, portal: Portal):
    policy_id, graph_id, name = objects_of(demo, "powershellScript")[0]
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(demo, page, policy_id)
    others = [one for _key, one, _name in objects_of(demo, "powershellScript")[1:3]]
    portal.delete(graph_id, SCRIPTS)
    for other in others:
        portal.change(other, SCRIPTS, displayName=name)
    page.get_by_role("link", name="Version 1").click()
    prepared(page)
    expect(page.locator("#restore-page").get_by_text("Blocked", exact=True).first).to_be_visible()
    shot(page, "restore-conflict")
    page.get_by_role("link", name="What", exact=True).click()
    choice = page.get_by_label(name)
    choice.select_option(f"target:{others[1]}")
    shot(page, "restore-choice")
    page.get_by_role("button", name="Save").click()
    previewed_again(page)
    expect(page.get_by_text("Chosen by a person")).to_be_visible()
    confirmed(page)
    restored(page)


def test_a_script_goes_into_another_tenant_once_its_groups_are_mapped(visit: Visits, demo: Demo):
    policy_id, _graph_id = policy_of(demo, 3, "powershellScript")
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(demo, page, policy_id)
    page.get_by_role("link", name="Version 1").click()
    prepared(page, into="fabrikam")
    expect(page.get_by_text("Assigned to nobody")).to_be_visible()
    page.get_by_role("link", name="What", exact=True).click()
    expect(page.locator("#rules-help dd").first).to_contain_text("created is assigned to nobody")
    shot(page, "restore-rule-elsewhere")
    page.get_by_label("Rule").select_option("exact")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name=re.compile("^Preview")).click()
    expect(page.get_by_text("is not decided").or_(page.get_by_text("are not decided"))).to_be_visible()
    shot(page, "restore-unmapped")
    page.get_by_role("link", name="References", exact=True).click()
    expect(page.get_by_role("heading", name="References to other objects")).to_be_visible()
    targets = {kind: iter(objects_of(demo, kind, "fabrikam")) for kind in ("group", "assignmentFilter")}
    for field in page.locator("fieldset[id^=mapping-]").all():
        kind = "group" if "Group" in field.locator("legend").inner_text() else "assignmentFilter"
        field.get_by_label("Decision").select_option("map")
        field.get_by_label("Id in Fabrikam").fill(next(targets[kind])[1])
    shot(page, "restore-mapping")
    page.get_by_role("button", name="Save").click()
    previewed_again(page)
    confirmed(page, "Fabrikam")
    restored(page)
    assert page.url.startswith(f"{demo.address}/admin/t/fabrikam/")
    shot(page, "restore-elsewhere")


def test_a_save_over_what_another_person_saved_is_refused(visit: Visits, demo: Demo):
    policy_id, _graph_id = policy_of(demo, 7)
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(demo, page, policy_id)
    page.get_by_role("link", name="Version 1").click()
    prepared(page)
    page.get_by_role("link", name="What", exact=True).click()
    choice = page.locator("select[name^=item-]")
    oscar = visit("Oscar", page.url.removeprefix(demo.address))
    oscar.get_by_label("Rule").select_option("exact")
    oscar.get_by_role("button", name="Save").click()
    expect(oscar.get_by_role("heading", name="What would happen")).to_be_visible()
    choice.select_option("copy")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").get_by_text("Somebody has changed this restore")).to_be_visible()
    visit.errors.clear()  # the console tells of the 409 itself
    expect(page.locator("#meanwhile li")).to_have_text(re.compile("Assignments:\\s+Exactly those of the version"))
    expect(choice).to_have_value("copy")
    expect(page.get_by_label("Rule")).to_have_value("exact")
    shot(page, "restore-edited-meanwhile")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()


def test_a_preview_of_what_is_like_this_already_offers_a_change(visit: Visits, demo: Demo):
    policy_id, _graph_id = policy_of(demo, 6)
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(demo, page, policy_id)
    page.get_by_role("link", name="Version 1").click()
    prepared(page)
    expect(page.get_by_text("The tenant already looks like this")).to_be_visible()
    expect(page.get_by_role("link", name="Confirm", exact=True)).to_have_count(0)
    shot(page, "restore-nothing")
    page.get_by_role("link", name="Change what is restored").click()
    expect(page.get_by_role("heading", name="Assignments")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Discard this restore").click()
    expect(page.get_by_role("heading", name="Restores", level=1)).to_be_visible()


def restored_items(demo: Demo) -> int:
    """Return how many items the newest restore has written so far."""
    with closing(sqlite3.connect(demo.database)) as database:
        newest = "SELECT max(restore_run_id) FROM restore_items"
        sql = f"SELECT count(*) FROM restore_items WHERE state = 'verified' AND restore_run_id = ({newest})"
        return int(database.execute(sql).fetchone()[0])


def test_a_restore_is_cancelled_in_the_middle(visit: Visits, demo: Demo, portal: Portal):
    policies = [policy_of(demo, number) for number in (3, 4, 5)]
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    for policy_id, graph_id in policies:
        captured(demo, page, policy_id)
        portal.change(graph_id, description="Changed by hand")
    page.goto(f"/admin/t/contoso/restores/new/?{'&'.join(f'policy={key}' for key, _graph_id in policies)}")
    page.get_by_role("button", name="Prepare restore").click()
    previewed_again(page)
    typed(page)
    with demo.slow_graph(900):
        page.get_by_role("button", name="Restore 3 objects").click()
        page.get_by_role("link", name="View run").click()
        until(lambda: restored_items(demo))
        page.locator("#cancel-run").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel run").click()
        expect(page.locator(".run-state")).to_have_text("Cancelled")
    shot(page, "restore-cancelled-run")
    page.goto("/admin/t/contoso/restores/")
    page.locator("main").get_by_role("link", name=re.compile("and 2 more")).first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(page.locator("main").get_by_text("Restored", exact=True).first).to_be_visible()
    expect(page.locator("main").get_by_text("Not written", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Prepare what was not restored again")).to_be_visible()
    expect(page.get_by_role("button", name="Undo this restore")).to_be_visible()
    shot(page, "restore-cancelled")
