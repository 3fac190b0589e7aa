"""An installation that began in an empty folder, with a Microsoft that it reaches through a proxy."""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intunesim import Simulator, serving
from intunesim.state.tenant import Tenant as Directory
from playwright.sync_api import Browser, Page

from tests.cli.kit import running
from tests.graph.simulated import filled
from tests.ports import free_port
from tests.tunnels import Proxy
from tests.web.browser.conftest import NARROW, WIDE
from tests.web.browser.settled import remember_leaving
from tests.web.browser.test_axe import assert_nothing_found, assert_nothing_scrolls_sideways

SECRET = "a long and fine secret"
POLICIES = 60
PICTURE = {"width": 760, "height": 1000}


@dataclass
class Installation:
    """A folder in which `tenantpilot serve` was the first command, and browsers of its people."""

    browser: Browser
    address: str
    setup_link: str
    screenshots: Path | None
    directory: Directory
    second_directory: Directory
    looked_at: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """A browser of its own."""
        return self._open(path)

    def as_person(self, page: Page, path: str) -> Page:
        """Another browser of the person who is signed in at the page."""
        return self._open(path, storage_state=page.context.storage_state())

    def _open(self, path: str, **options: Any) -> Page:
        options |= {"base_url": self.address, "viewport": WIDE, "reduced_motion": "reduce"}
        page = remember_leaving(self.browser.new_context(**options)).new_page()
        page.goto(path)
        return page

    def picture(self, page: Page, name: str, part: str) -> None:
        """Keep a small picture of a part of the page for the documentation, where somebody asked for it."""
        if folder := os.environ.get("TENANTPILOT_PICTURES"):
            page.set_viewport_size(PICTURE)
            page.emulate_media(color_scheme="light")
            page.locator(part).scroll_into_view_if_needed()
            box = page.locator(part).bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
            clip = {**box, "height": min(box["height"], PICTURE["height"] / 2)}
            page.screenshot(path=Path(folder) / f"{name}.png", clip=clip)  # type: ignore[arg-type]
            page.set_viewport_size(WIDE)

    def look(self, page: Page, name: str) -> None:
        """Nothing is found by the automatic check and nothing scrolls sideways (UX-19, UX-70)."""
        self.looked_at.append(name)
        every = itertools.product((WIDE, NARROW), ("light", "dark"))
        for size, theme in every if self.screenshots else ((WIDE, "light"), (NARROW, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=theme)
            if self.screenshots:
                path = self.screenshots / f"{name}-{theme}-{size['width']}.png"
                page.screenshot(path=path, full_page=True)
            assert_nothing_found(page)
            assert_nothing_scrolls_sideways(page)
        page.set_viewport_size(WIDE)


@contextmanager
def installed(browser: Browser, folder: Path, screenshots: Path | None) -> Iterator[Installation]:
    """Start `tenantpilot serve` in an empty folder. Microsoft's hosts are a simulator with a certificate of its own."""
    simulator, port = Simulator(), free_port()
    command = ("serve", "--port", str(port), "--workers", "1", "--host", "localhost")
    with ExitStack() as parts:
        graph = parts.enter_context(serving(simulator, tls=folder / "tls"))
        proxy = parts.enter_context(Proxy(leads_to=graph.port).at_work())
        directories = (filled(simulator, policies=POLICIES), filled(simulator, "Fabrikam", policies=5))
        settings = {
            "DATA_DIR": str(folder / "data"),
            "GRAPH_PROXY": proxy.url,
            "GRAPH_CA_FILE": str(graph.authority),
            "GRAPH_LIMITS": "conditional_access=100/100/1",
        }
        process = parts.enter_context(running(*command, output=folder / "output", **settings))
        process.until_said("TenantPilot listens")
        link = re.search(r"http://\S+/auth/setup/\S+", process.said)
        assert link, process.said
        yield Installation(browser, f"http://localhost:{port}", link[0], screenshots, *directories)


def fill(page: Page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)
