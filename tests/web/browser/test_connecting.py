"""From an empty folder to a synced tenant, and to a tenant that is gone, in the browser alone.

Microsoft's own hosts are asked, over TLS and through a proxy; behind it answers a simulator.
"""

from dataclasses import dataclass

import pytest
from intunesim.state.tenant import Tenant as Directory
from playwright.sync_api import Locator, Page, expect

from tests.web.browser.installation import Installation

AWAY = "99999999-9999-4999-8999-999999999999"
CLICKS, FIELDS = 6, 4


@dataclass
class Hand:
    """A person with a mouse: counts what they press and what they fill in."""

    page: Page
    clicks: int = 0
    fields: int = 0

    def press(self, role: str, name: str) -> None:
        self.clicks += 1
        self._find(role, name).click()

    def fill(self, label: str, text: str) -> None:
        self.fields += 1
        self.page.get_by_label(label, exact=True).locator("visible=true").fill(text)

    def _find(self, role: str, name: str) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True).locator("visible=true").first  # type: ignore[arg-type]


class Keys(Hand):
    """A person without a mouse: everything is reached with the Tab key, and what has the focus is seen (UX-71)."""

    def press(self, role: str, name: str) -> None:
        self.clicks += 1
        self._go_to(self._find(role, name))
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.fields += 1
        self._go_to(self.page.get_by_label(label, exact=True).locator("visible=true"))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def _go_to(self, target: Locator) -> None:
        target.wait_for()
        for _tab in range(200):
            if target.evaluate("element => element === document.activeElement"):
                assert target.evaluate("element => element.matches(':focus-visible')")
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {target}")


def add_tenant(hand: Hand, name: str, directory_id: str) -> None:
    hand.press("link", "Add tenant")
    hand.fill("Name", name)
    hand.fill("Directory (tenant) id", directory_id)
    hand.press("button", "Add tenant")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("Connection")


def enter_application(hand: Hand, directory: Directory) -> None:
    hand.fill("Application (client) id", directory.application.client_id)
    hand.press("button", "Keep the application id")
    expect(hand.page.locator("#step-credential")).to_have_attribute("aria-current", "step")


def enter_secret(hand: Hand, directory: Directory) -> None:
    hand.fill("Client secret", directory.application.secrets[0].value)
    hand.press("button", "Keep and check")


def step_is(page: Page, step: str) -> None:
    expect(page.locator(f"#step-{step}")).to_have_attribute("aria-current", "step")


@pytest.fixture(scope="module")
def contoso(installation: Installation, owner: Page) -> Page:
    """Contoso, connected and synced by a person with a mouse."""
    owner.goto("/admin/")
    hand = Hand(owner)
    installation.look(owner, "no tenants")
    add_tenant(hand, "Contoso", installation.directory.id)
    installation.look(owner, "connect application")
    installation.picture(owner, "connect-register", "#step-application")
    enter_application(hand, installation.directory)
    installation.look(owner, "connect credential")
    enter_secret(hand, installation.directory)
    step_is(owner, "sync")
    installation.look(owner, "connect sync")
    installation.picture(owner, "connect-checked", "#step-permissions")
    hand.press("button", "Sync inventory")
    hand.press("link", "Open the policies")
    expect(owner.get_by_role("heading", level=1)).to_have_text("Policies")
    assert (hand.clicks, hand.fields) <= (CLICKS, FIELDS), "it takes more hands than before"
    print(f"\nfrom the list of tenants to a synced tenant: {hand.clicks} clicks, {hand.fields} fields")
    return owner


def test_a_stranger_gets_from_an_empty_folder_to_a_synced_tenant(installation: Installation, contoso: Page):
    expect(contoso.locator("tbody tr").first).to_be_visible()
    contoso.goto("/admin/t/contoso/")
    expect(contoso.locator("main")).not_to_contain_text("Not synced yet")
    installation.look(contoso, "synced overview")
    contoso.goto("/admin/t/contoso/connection/")
    expect(contoso.locator("main")).to_contain_text("Connected")


def test_a_wrong_directory_id_is_found_and_mended_by_keyboard(installation: Installation, owner: Page):
    """The second case of day two; what is wrong is said with the place that mends it (UX-90)."""
    page = installation.as_person(owner, "/admin/")
    hand = Keys(page)
    add_tenant(hand, "Fabrikam", AWAY)
    enter_application(hand, installation.second_directory)
    enter_secret(hand, installation.second_directory)
    expect(page.locator("#connection .note-danger")).to_contain_text("Microsoft does not know this tenant")
    installation.look(page, "wrong directory")
    hand.press("link", "Mend the directory id")
    hand.fill("Directory (tenant) id", installation.second_directory.id)
    hand.press("button", "Keep the directory id")
    field = page.get_by_label("Directory (tenant) id").locator("visible=true")
    expect(field).to_have_value(installation.second_directory.id)
    hand.press("button", "Check connection")
    step_is(page, "sync")
    expect(page.locator("main")).not_to_contain_text("does not know this tenant")


def opened_until_it_says(page: Page, address: str, words: str) -> None:
    """Open the page anew until it has the words: what ended before the page looked is not announced to it."""
    for _each in range(60):
        page.goto(address)
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text(words)


def test_a_customer_leaves_and_what_stops_was_shown_by_keyboard(installation: Installation, contoso: Page):
    """The fourth case of day two (OPS-33): archived, then removed by its typed name."""
    page = installation.as_person(contoso, "/admin/t/contoso/schedules/new/")
    hand = Keys(page)
    hand.fill("Name", "Nightly")
    hand.press("button", "Create schedule")
    expect(page.get_by_role("heading", level=1)).to_have_text("Schedules")
    installation.look(page, "schedules")
    hand.press("link", "Tenant")
    installation.look(page, "tenant settings")
    hand.press("link", "Archive")
    expect(page.locator(".effects").first).to_contain_text("1 schedule starts nothing more")
    installation.look(page, "archive")
    hand.press("button", "Archive tenant")
    expect(page.locator("main")).to_contain_text("This tenant is archived")
    hand.press("link", "Remove for good")
    installation.look(page, "remove")
    hand.fill("Type Contoso to confirm", "contoso")
    hand.press("button", "Remove for good")
    expect(page.locator("#typed-name-error")).to_contain_text("exactly")
    hand.fill("Type Contoso to confirm", "Contoso")
    hand.press("button", "Remove for good")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    expect(page.locator("body")).to_contain_text("Removal of a tenant queued")
    opened_until_it_says(page, "/admin/notifications/", "Removal of a tenant completed")
    installation.look(page, "notified of the removal")
    page.goto("/admin/")
    expect(page.locator("main")).not_to_contain_text("Contoso")
    page.goto("/admin/audit/")
    expect(page.get_by_role("table")).to_contain_text("Tenant removed for good")
    installation.look(page, "audit log of all")


def test_who_runs_the_installation_adds_a_workspace_by_keyboard(installation: Installation, owner: Page):
    page = installation.as_person(owner, "/system/workspaces/")
    hand = Keys(page)
    installation.look(page, "workspaces")
    hand.press("link", "Add workspace")
    installation.look(page, "add workspace")
    hand.fill("Name", "Wing Tip")
    hand.fill("E-mail address of its owner", "wanda@wingtip.example")
    hand.press("button", "Add workspace")
    expect(page.locator("#one-time-link")).to_contain_text("/auth/invitations/")
    installation.look(page, "workspace")
    hand.press("link", "Archive")
    installation.look(page, "archive workspace")
    hand.press("button", "Archive workspace")
    hand.press("link", "Remove for good")
    installation.look(page, "remove workspace")
    hand.fill("Type Wing Tip to confirm", "Wing Tip")
    hand.press("button", "Remove for good")
    expect(page.locator("main")).not_to_contain_text("Wing Tip")
