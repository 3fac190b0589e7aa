"""A page that is updated in place says, word for word, what it says after a reload: its head, badges and title too."""

import re
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import INVENTORY, Demo, Visits

TEMPLATES = Path(__file__).parents[3] / "src/tenantpilot/web"
PAGES = (
    "/admin/",
    "/admin/operations/",
    "/admin/notifications/",
    "/admin/t/contoso/",
    INVENTORY,
    "/admin/t/contoso/operations/",
    "/admin/t/contoso/operations/statistics/",
    "/admin/t/contoso/schedules/",
    "/admin/t/contoso/audit/",
    "/admin/t/contoso/connection/",
)
PATIENCE_SECONDS = 120
# Times as they are stored, because "just now" is "1 minute ago" soon; a clock that ticks is no word of the page.
WORDS = """
  const words = (of) => {
    const page = of.querySelector('main').cloneNode(true);
    for (const time of page.querySelectorAll('time[data-exact]')) time.textContent = time.dataset.exact;
    for (const part of page.querySelectorAll('time[data-since], [data-paused], noscript')) part.remove();
    const badges = [...page.querySelectorAll('[title]')].map((part) => part.title).join(' ');
    return `${of.title} | ${page.textContent} | ${badges}`.replace(/\\s+/g, ' ');
  };
"""
IN_PLACE = f"() => {{ {WORDS} return words(document); }}"
LOADED_ANEW = f"""async () => {{
  {WORDS}
  const answer = await (await fetch(location.href)).text();
  return words(new DOMParser().parseFromString(answer, 'text/html'));
}}"""


def test_an_update_in_place_says_what_a_reload_says(visit: Visits, demo: Demo):
    starter = visit("Olivia", "/admin/t/contoso/connection/")
    with demo.workers.stopped():
        starter.get_by_role("button", name="Check connection").click()
        check = str(starter.locator(".toast a").first.get_attribute("href"))
        starter.goto(INVENTORY)
        starter.get_by_role("button", name="Sync inventory").first.click()
        sync = str(starter.locator(".toast a").first.get_attribute("href"))
        pages = {address: starter.context.new_page() for address in (*PAGES, check, sync)}
        for address, page in pages.items():
            page.goto(address)
        before = {address: page.evaluate(IN_PLACE) for address, page in pages.items()}
        assert [before[run].partition(" ·")[0] for run in (check, sync)] == ["Queued", "Queued"]
    for run in (check, sync):
        pages[run].locator("#run:not([data-every])").wait_for()
    for page in pages.values():
        expect(page.locator("#activity .activity-run")).to_have_count(0)
        assert difference(page) == ""
    changed = [address for address, page in pages.items() if page.evaluate(IN_PLACE) != before[address]]
    assert {"/admin/t/contoso/", "/admin/t/contoso/connection/", INVENTORY, check, sync} <= set(changed)


@pytest.mark.parametrize("attribute", ["data-live", "run-ended", "page-outdated"])
def test_pages_are_updated_in_one_way(attribute: str):
    """A part of its own would leave the head behind."""
    known = {"data-live": {"activity.html", "run_part.html"}, "run-ended": {"panels.html"}}
    known["page-outdated"] = {"refresh.html"}
    found = {path.name for path in TEMPLATES.rglob("*.html") if re.search(rf"{attribute}[ =]", path.read_text())}
    assert found == known[attribute]


def difference(page: Page) -> str:
    """Return the place at which the page still differs from one that is loaded anew, or an empty text."""
    end = monotonic() + PATIENCE_SECONDS
    while (words := page.evaluate(IN_PLACE)) != (wanted := page.evaluate(LOADED_ANEW)) and monotonic() < end:
        page.wait_for_timeout(300)
    at = next((number for number, pair in enumerate(zip(words, wanted, strict=False)) if len(set(pair)) > 1), 0)
    return "" if words == wanted else f"{page.url}: {words[at - 60 : at + 120]!r} is {wanted[at - 60 : at + 120]!r}"
