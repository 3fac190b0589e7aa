"""Pages whose script lives in a time that the test drives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from playwright.sync_api import Page


def control_time(page: Page) -> None:
    """Load the page again with timers that `page.clock` drives."""
    page.clock.install()
    page.reload()


def let_time_pass(page: Page, happens: Callable[[], bool], *, seconds: int = 60) -> None:
    """Advance the page's clock second by second until `happens`; fail after `seconds` of them."""
    for _second in range(seconds):
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)  # an answer of the server takes real time
        if happens():
            return
    raise AssertionError(f"it did not happen in {seconds} seconds of the page's time")


@contextmanager
def time_standing_still(page: Page) -> Iterator[None]:
    """For the page's script: however long the machine takes between two keys, nothing becomes due."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))
    yield
    page.clock.resume()
