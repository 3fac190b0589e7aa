"""The second person in a browser, with real workers: a request, its approval and what comes of it, and a refusal."""

import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import NARROW, WIDE, Demo, Visits
from tests.web.browser.test_axe import THEMES, assert_nothing_found, assert_nothing_scrolls_sideways
from tests.web.browser.test_restores import PATHS, Portal, captured, objects_of, previewed, restored, shot, typed

HOME, RULE = "/admin/t/fabrikam/restores/", "/admin/t/fabrikam/settings/second-person/"
FARID = "user_id = (SELECT id FROM users WHERE display_name = 'Farid')"


@pytest.fixture(scope="module")
def two_managers(demo: Demo) -> Iterator[None]:
    """Farid manages Fabrikam beside Olivia, whom nobody gave a role within a week; afterwards all is as it was."""
    change(demo, f"UPDATE tenant_members SET role = 'manager' WHERE {FARID}")
    yield
    change(demo, f"UPDATE tenant_members SET role = 'operator' WHERE {FARID}", "DELETE FROM restore_rules")


@pytest.fixture
def rule(visit: Visits, two_managers: None) -> Page:
    """Olivia's page of the rule, turned on."""
    page = visit("Olivia", RULE, reduced_motion="reduce")
    if page.get_by_role("button", name="Ask for a second person").count():
        look_at(page, "second-person-off")
        page.get_by_role("button", name="Ask for a second person").click()
    expect(page.get_by_role("heading", name="Restores need a second person")).to_be_visible()
    return page


def change(demo: Demo, *statements: str) -> None:
    """Change rows of the demo's database while it runs."""
    with closing(sqlite3.connect(demo.database, timeout=60)) as database, database:
        for statement in statements:
            database.execute(statement)


def look_at(page: Page, name: str) -> None:
    """Look at the page in both widths and themes: nothing is found, and nothing scrolls sideways."""
    for size, theme in itertools.product((WIDE, NARROW), THEMES):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        assert_nothing_found(page, THEMES[theme])
        assert_nothing_scrolls_sideways(page)
    page.set_viewport_size(WIDE)
    shot(page, name)


def requested(page: Page, demo: Demo, kind: str) -> str:
    """Prepare a restore of a policy that was changed by hand, and ask for a second person; return its address."""
    policy_id, graph_id, _name = objects_of(demo, kind, "fabrikam")[0]
    captured(demo, page, policy_id, tenant="fabrikam")
    Portal(demo, "Fabrikam").change(graph_id, PATHS[kind], description="Changed by hand")
    page.get_by_role("link", name="Version 1").click()
    previewed(page)
    typed(page, "Fabrikam")
    expect(page.get_by_text("Another person has to approve it before it is written.")).to_be_visible()
    look_at(page, "second-person-confirmation")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Olivia waits for a second person")).to_be_visible()
    expect(page.locator("main").get_by_text("Farid")).to_be_visible()
    expect(page.get_by_role("link", name="Look at it, and approve or refuse it")).to_have_count(0)
    look_at(page, "second-person-waits")
    found = re.search(r"/admin/t/fabrikam/restores/\d+/", page.url)
    assert found, page.url
    return found[0]


def opened_by_farid(visit: Visits, address: str) -> Page:
    """Open the request as the second person does, from the page of the restore."""
    page = visit("Farid", f"{address}preview/", reduced_motion="reduce")
    page.get_by_role("link", name="Look at it, and approve or refuse it").click()
    expect(page.get_by_role("heading", name="Approve what is written to Fabrikam?")).to_be_visible()
    expect(page.get_by_text("Changed by hand")).to_be_visible()
    look_at(page, "second-person-approval")
    return page


def test_another_person_approves_and_it_is_executed(visit: Visits, demo: Demo, rule: Page):
    look_at(rule, "second-person-on")
    address = requested(rule, demo, "settingsCatalog")
    rule.goto(f"{address}approval/")
    expect(rule.get_by_text("You have asked for it, so another person decides.")).to_be_visible()
    expect(rule.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
    page = opened_by_farid(visit, address)
    page.get_by_label("Type Fabrikam to approve").fill("Fabrikam")
    page.get_by_role("button", name="Approve: restore 1 object").click()
    page.goto(f"{address}result/")
    restored(page)
    expect(page.get_by_text("Confirmed by").locator("xpath=following-sibling::dd[1]")).to_contain_text("Olivia")
    expect(page.get_by_text("Approved by").locator("xpath=following-sibling::dd[1]")).to_contain_text("Farid")
    look_at(page, "second-person-result")


def test_another_person_refuses_with_a_reason_and_nothing_is_written(visit: Visits, demo: Demo, rule: Page):
    address = requested(rule, demo, "powershellScript")
    page = opened_by_farid(visit, address)
    page.get_by_label("Why you refuse it").fill("Not before Monday")
    page.get_by_role("button", name="Refuse", exact=True).click()
    expect(page.get_by_text("Farid refused the restore")).to_be_visible()
    rule.goto(f"{address}preview/")
    expect(rule.get_by_text("Not before Monday")).to_be_visible()
    expect(rule.get_by_role("link", name="Go on to confirm")).to_be_visible()
    look_at(rule, "second-person-refused")
    rule.goto(f"{address}result/")
    expect(rule).to_have_url(re.compile(r"/preview/$"))
