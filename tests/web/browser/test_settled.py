"""Whoever looks at a page after a click or a key looks at the page that it leads to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.web.browser.settled import remember_leaving, wait_until_settled

FIRST = '<a href="/second">Go</a><form action="/second"><button>Send</button></form>'
SLOWNESS_SECONDS = 0.3


@contextmanager
def first_of_two_pages(browser: Browser) -> Iterator[Page]:
    def answer(route: Route) -> None:
        if slow := "/second" in route.request.url:
            time.sleep(SLOWNESS_SECONDS)
        route.fulfill(content_type="text/html", body="<h1>Second</h1>" if slow else FIRST)

    context = remember_leaving(browser.new_context(base_url="http://two-pages.example"))
    context.route("**/*", answer)
    page = context.new_page()
    page.goto("/first")
    yield page
    context.close()


@pytest.mark.parametrize("role", ["link", "button"])
@pytest.mark.parametrize("by_key", [False, True], ids=["by mouse", "by key"])
def test_the_next_page_is_waited_for(browser: Browser, role: str, by_key: bool):
    with first_of_two_pages(browser) as page:
        target = page.get_by_role(role)  # type: ignore[arg-type]
        target.focus()
        page.keyboard.press("Enter") if by_key else target.click(no_wait_after=True)
        wait_until_settled(page)
        assert page.evaluate("document.body.innerText") == "Second"
