"""The tutorial "Your first protected tenant", followed word by word: what it names in bold is what a reader finds."""

import json
import re
import subprocess
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.cli.kit import ROOT
from tests.web.browser.conftest import Demo, Visits
from tests.web.browser.test_operating import ENDED

TUTORIAL = (ROOT / "docs/tutorial/first-protected-tenant.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", TUTORIAL, re.M | re.S)
NAMED = {" ".join(name.split()) for name in re.findall(r"\*\*(.+?)\*\*", TUTORIAL, re.S)}
PRINTED = "http://127.0.0.1:8089"


@dataclass
class Reader:
    """Does what the tutorial says, and remembers every name that it gave."""

    page: Page
    names: set[str] = field(default_factory=set)

    def press(self, name: str, heading: "str | None" = None) -> None:
        """Press what has this name; wait for the page of this heading."""
        self.names.add(name)
        self._named(name).click()
        if heading is not None:
            expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))

    def fill(self, label: str, text: str) -> None:
        self._field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self._field(label).select_option(label=option)

    def follow_run(self) -> None:
        """Press "View run" in the newest toast, and follow the run to its end."""
        self.names.add("View run")
        link = self.page.locator(".toast").get_by_role("link", name="View run").last
        self.page.goto(str(link.get_attribute("href")))
        self.page.locator(ENDED).wait_for()
        expect(self.page.locator(".run-state")).to_have_text("Succeeded")

    def open_set(self, number: int) -> None:
        """Open the newest set (0) or an older one of the schedule."""
        self.press("Backups", "^Backups$")
        self.names.add("Nightly")
        self.page.locator("tbody th").get_by_role("link", name="Nightly").nth(number).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Nightly")

    def _named(self, name: str) -> Locator:
        words = re.compile(rf"^\s*{re.escape(name)}")
        either = self.page.get_by_role("button", name=words).or_(self.page.get_by_role("link", name=words))
        either.locator("visible=true").first.wait_for()
        buttons = self.page.get_by_role("button", name=words).locator("visible=true")
        return buttons.first if buttons.count() else either.locator("visible=true").first

    def _field(self, label: str) -> Locator:
        self.names.add(label)
        return self.page.get_by_label(label, exact=True).locator("visible=true")


def at_shell(demo: Demo, *blocks: str) -> str:
    """Run the blocks in one shell, with the address of this demo's simulator. Return what they print."""
    found = re.search(r"Simulated Microsoft Graph on (http://[\d.]+:\d+)", demo.process.said)
    assert found, "the demo names no simulator"
    script = "".join(blocks).replace(PRINTED, found[1])
    return subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True, timeout=300).stdout


def test_who_follows_the_tutorial_has_a_protected_tenant(visit: Visits, demo: Demo):
    address, make, change, look = BLOCKS[0].splitlines(keepends=True)[0], *BLOCKS
    directory = json.loads(at_shell(demo, make))
    page = visit("Olivia", "/admin/")
    reader = Reader(page)

    reader.press("Add tenant", "Add")
    reader.fill("Name", "Litware")
    reader.fill("Directory (tenant) id", directory["id"])
    reader.press("Add tenant", "^Connection$")
    reader.fill("Application (client) id", directory["client_id"])
    reader.press("Keep the application id")
    expect(page.locator("#step-credential")).to_have_attribute("aria-current", "step")
    reader.fill("Client secret", directory["client_secret"])
    reader.press("Keep and check")
    expect(page.locator("#step-sync")).to_have_attribute("aria-current", "step")
    reader.press("Sync inventory")
    reader.press("Open the policies", "^Policies$")
    expect(page.locator("tbody tr").first).to_be_visible()

    reader.press("Schedules", "^Schedules$")
    reader.press("New schedule", "^New schedule$")
    reader.fill("Name", "Nightly")
    reader.choose("Operation", "Scheduled backup")
    reader.press("Create schedule", "^Schedules$")
    reader.press("Run now")
    reader.follow_run()
    reader.open_set(0)
    expect(page.locator("main")).to_contain_text("Complete")

    reader.press("Verify")
    reader.follow_run()
    reader.press("Protection", "^Protection$")
    expect(page.locator("main")).to_contain_text("Protected")

    at_shell(demo, address, change)
    reader.press("Schedules", "^Schedules$")
    reader.press("Run now")
    reader.follow_run()
    reader.open_set(0)
    reader.press("Compare", "^Compare")
    expect(page.locator("#differences-title")).to_have_text("1 policy differs")
    changed = page.locator(".runs li a").first.inner_text()

    reader.open_set(1)
    reader.press("Restore from it", "^Restore")
    page.get_by_role("checkbox", name=re.compile(re.escape(changed))).first.check()
    reader.press("Prepare restore", "^Backup Nightly$")
    reader.press("Preview")
    expect(page.get_by_text("Changed by mistake").first).to_be_visible()
    reader.press("Go on to confirm")
    reader.fill("Type Litware to confirm", "Litware")
    reader.fill("Reason", "Somebody changed it by mistake")
    reader.press("Restore 1 object")
    expect(page.locator("#restore-page").get_by_text("Restored", exact=True).first).to_be_visible()
    assert "Changed by mistake" not in at_shell(demo, address, change.rpartition("curl")[0], look)
    assert reader.names == NAMED
