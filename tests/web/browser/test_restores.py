"""A restore in a browser, with real workers: the main path, and a tenant that changes after the preview."""

import http.client
import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Demo, Visits

CATALOG = "deviceManagement/configurationPolicies"


class Portal:
    """Changes Contoso's objects as Microsoft's portal would."""

    def __init__(self, demo: Demo) -> None:
        found = re.search(r"Simulated Microsoft Graph on http://([\d.]+):(\d+)", demo.process.said)
        assert found, "the demo names no simulator"
        self._host, self._port = found[1], int(found[2])

    def change(self, graph_id: str, **changes: str) -> None:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        with closing(connection):
            body, headers = json.dumps(changes), {"Content-Type": "application/json"}
            connection.request("PATCH", f"/_sim/tenants/Contoso/objects/{CATALOG}/{graph_id}", body, headers)
            assert connection.getresponse().status < 300


@pytest.fixture
def portal(demo: Demo) -> Portal:
    return Portal(demo)


def policy_of(demo: Demo, number: int) -> tuple[int, str]:
    """Return a settings catalog policy of Contoso: its key and its id in Graph."""
    with closing(sqlite3.connect(demo.database)) as database:
        sql = "SELECT p.id, p.graph_id FROM policies p JOIN tenants t ON t.id = p.tenant_id WHERE t.slug = 'contoso'"
        rows = database.execute(f"{sql} AND p.type = 'settingsCatalog' ORDER BY p.id").fetchall()
    return rows[number]


def shot(page: Page, name: str) -> None:
    """Keep a picture where a folder for pictures is named."""
    if folder := os.environ.get("TENANTPILOT_PICTURES"):
        page.wait_for_timeout(350)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def captured(page: Page, policy_id: int) -> None:
    """Take a version of the policy from its page."""
    page.goto(f"/admin/t/contoso/inventory/{policy_id}/versions/")
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # to leave before would end the request
        page.get_by_role("button", name="Capture").click()
    for _try in range(120):
        page.wait_for_timeout(250)
        page.goto(f"/admin/t/contoso/inventory/{policy_id}/versions/")
        if page.get_by_role("link", name="Version 1").count():
            return
    raise AssertionError("no version was taken")


def previewed(page: Page) -> None:
    """Prepare the restore of the version that is shown, and preview it."""
    page.get_by_role("link", name="Restore this version").click()
    shot(page, "restore-new")
    page.get_by_role("button", name="Prepare restore").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("link", name="Go on to confirm")).to_be_visible(timeout=60_000)


def confirmed(page: Page) -> None:
    page.get_by_role("link", name="Go on to confirm").click()
    page.get_by_label("Type Contoso").fill("Contoso")
    page.get_by_label("Reason").fill("Somebody changed it by mistake")
    shot(page, "restore-confirmation")
    page.get_by_role("button", name="Restore 1 object").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


def test_a_manager_restores_a_version_and_prepares_its_undo(visit: Visits, demo: Demo, portal: Portal):
    policy_id, graph_id = policy_of(demo, 0)
    page = visit("Olivia", "/admin/t/contoso/inventory/")
    captured(page, policy_id)
    portal.change(graph_id, description="Changed by hand")
    page.get_by_role("link", name="Version 1").click()
    previewed(page)
    expect(page.get_by_text("Changed by hand")).to_be_visible()
    shot(page, "restore-preview")
    confirmed(page)
    expect(page.locator("#restore-page").get_by_text("Restored", exact=True).first).to_be_visible(timeout=60_000)
    shot(page, "restore-result")
    page.get_by_role("button", name="Undo this restore").click()
    expect(page).to_have_url(re.compile(r"/restores/\d+/scope/$"))
    expect(page.get_by_role("heading", name=re.compile("^Undo of"))).to_be_visible()
    shot(page, "restore-undo")


def test_what_changed_after_the_preview_is_left_and_shown(visit: Visits, demo: Demo, portal: Portal):
    policy_id, graph_id = policy_of(demo, 1)
    page = visit("Olivia", "/admin/t/contoso/inventory/", narrow=True)
    captured(page, policy_id)
    portal.change(graph_id, description="Changed by hand")
    page.get_by_role("link", name="Version 1").click()
    previewed(page)
    shot(page, "restore-preview-narrow")
    portal.change(graph_id, description="Changed again")
    confirmed(page)
    expect(page.get_by_text("Changed in the tenant since the preview")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Changed again").first).to_be_visible()
    shot(page, "restore-stale-narrow")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, width
