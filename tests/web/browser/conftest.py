"""The demo with its real processes, and browsers of its people.

Without Chromium these tests are skipped, and in CI they fail instead.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tenantpilot.cli.demo import simulator
from tenantpilot.cli.demo.choices import DATABASE, FOR_PEOPLE
from tests.chromium import MISSING, find_chromium
from tests.cli.kit import Running, running
from tests.ports import free_port
from tests.web.browser.settled import PATIENCE_MILLISECONDS, remember_leaving
from tests.web.browser.workers import Workers

CHROMIUM = find_chromium()
IN_CI = os.environ.get("CI", "").lower() == "true"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
INVENTORY, FIRST_POLICY = "/admin/t/contoso/inventory/", "FIRST POLICY"
expect.set_options(timeout=PATIENCE_MILLISECONDS)
ENDS_WITHIN_SECONDS = 2_400
PATIENCE_SECONDS = 500  # a whole deployment starts, and syncs two tenants
PEOPLE = ("Olivia", "Oscar", "Rita", "Farid", "Pat")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/web/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(ENDS_WITHIN_SECONDS))
            if CHROMIUM is None and not IN_CI:
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    assert CHROMIUM, MISSING
    quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
    options = ["--headless", "--no-sandbox", "--no-first-run", "--disable-sync", "--disable-dev-shm-usage", *quiet]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": options}


@dataclass
class Demo:
    """A demo that runs, its first syncs done."""

    address: str
    process: Running
    links: dict[str, str]
    database: Path

    @property
    def workers(self) -> Workers:
        return Workers(self.process.process.pid, self.database)

    @contextmanager
    def slow_graph(self, milliseconds: int) -> Iterator[None]:
        """Graph answers so late that a sync is under way for as long as a test needs it to be."""
        found = re.search(r"Simulated Microsoft Graph on http://[\d.]+:(\d+)", self.process.said)
        assert found, "the demo names no simulator"
        simulator.set_latency(int(found[1]), milliseconds)
        try:
            yield
        finally:
            simulator.set_latency(int(found[1]), FOR_PEOPLE.latency_ms)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    arguments = ("demo", "--no-story", "--port", str(port), "--data-dir", str(folder / "data"))
    with running(*arguments, output=folder / "output") as process:
        process.until(lambda: process.said.count("succeeded:") == 2, patience=PATIENCE_SECONDS)
        links = dict(zip(PEOPLE, re.findall(r"http://\S+/auth/link/\S+", process.said), strict=True))
        yield Demo(f"http://127.0.0.1:{port}", process, links, folder / "data" / DATABASE)


@pytest.fixture(scope="session")
def sessions(browser: Browser, demo: Demo) -> dict[str, Any]:
    """Everybody signed in by their link, once: what a browser keeps of it."""
    kept = {}
    for person, link in demo.links.items():
        context = browser.new_context()
        context.new_page().goto(link)
        kept[person] = context.storage_state()
        context.close()
    return kept


@dataclass
class Visits:
    """Opens pages as somebody, and remembers every error that a console showed."""

    browser: Browser
    demo: Demo
    sessions: dict[str, Any]
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self, person: str, path: str, *, dark: bool = False, narrow: bool = False, script: bool = True, **options: Any
    ) -> Page:
        context = self._context(person, dark=dark, narrow=narrow, script=script, **options)
        page = context.new_page()
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._own(request.url))
        page.goto(path.replace(FIRST_POLICY, self._first_policy(context)) if FIRST_POLICY in path else path)
        return page

    def _context(self, person: str, *, dark: bool, narrow: bool, script: bool, **options: Any) -> BrowserContext:
        """Return a browser of the person's own, which is closed at the end of the test."""
        context = self.browser.new_context(
            storage_state=self.sessions[person],
            base_url=self.demo.address,
            viewport=NARROW if narrow else WIDE,
            is_mobile=narrow,
            has_touch=narrow,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            **options,
        )
        self.contexts.append(context)
        return remember_leaving(context)

    def _first_policy(self, context: BrowserContext) -> str:
        found = re.search(r'href="(/admin/t/contoso/inventory/\d+/)"', context.request.get(INVENTORY).text())
        return found.group(1) if found else INVENTORY

    def _own(self, url: str) -> None:
        if not url.startswith((self.demo.address, "data:")):
            self.errors.append(f"asked another origin: {url}")


@dataclass
class Looks(Visits):
    """Opens each page in a browser that the person has for the whole module."""

    kept: dict[str, BrowserContext] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def __call__(self, person: str, path: str, **options: Any) -> Page:
        page = super().__call__(person, path, **options)
        self.pages.append(page)
        return page

    def _context(self, person: str, **options: Any) -> BrowserContext:
        key = f"{person} {sorted(options.items())}"
        if key not in self.kept:
            self.kept[key] = super()._context(person, **options)
            self.contexts.clear()  # it outlives the test
        return self.kept[key]


@pytest.fixture
def visit(browser: Browser, demo: Demo, sessions: dict[str, Any]) -> Iterator[Visits]:
    """visit("Oscar", "/admin/") answers a page; at the end no console may have complained."""
    visits = Visits(browser, demo, sessions)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.errors == []


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """The browsers of people who only look: each keeps the files of all pages that it has seen."""
    kept: dict[str, BrowserContext] = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def look(visit: Visits, contexts: dict[str, BrowserContext]) -> Iterator[Visits]:
    """Like `visit`, in the person's browser of this module: for tests that change nothing in it."""
    looks = Looks(visit.browser, visit.demo, visit.sessions, visit.errors, kept=contexts)
    yield looks
    for page in looks.pages:
        page.close()


@pytest.fixture
def held_sync(demo: Demo, visit: Visits) -> Iterator[str]:
    """The address of a sync of Contoso that waits in line for as long as the test looks at it."""
    page = visit("Oscar", "/admin/t/contoso/")
    with demo.workers.stopped():
        page.get_by_role("button", name="Sync inventory").click()
        run = str(page.locator(".toast a").get_attribute("href"))
        yield run
        page = visit("Oscar", f"{run}cancellation/", script=False)
        page.get_by_role("button", name="Cancel run").click()
        page.locator("#run:not([data-every])").wait_for()


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """Where pictures are kept, if somebody wants to look at them."""
    folder = os.environ.get("TENANTPILOT_SCREENSHOTS")
    return Path(folder) if folder else None


@pytest.fixture(scope="module")
def installation(browser: Browser, tmp_path_factory: pytest.TempPathFactory, screenshots: Path | None) -> Iterator[Any]:
    """What `tenantpilot serve` made in an empty folder. Its first owner comes by the link that was printed."""
    from tests.web.browser.installation import installed  # it needs what stands above

    with installed(browser, tmp_path_factory.mktemp("empty"), screenshots) as made:
        yield made


@pytest.fixture(scope="module")
def owner(installation: Any) -> Page:
    """Olivia, by nothing but the link that was printed; with the keyboard alone (UX-71)."""
    page = installation.open(installation.setup_link)
    installation.look(page, "set up")
    installation.picture(page, "first-start", "main")
    page.locator("input[name=workspace]").focus()
    for text in ("Northwind MSP", "Olivia", "olivia@northwind.example", *["a long and fine secret"] * 2):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    return page
