"""From an empty folder to colleagues who come and go, in the browser alone: no shell after `tenantpilot serve`."""

from playwright.sync_api import Page, expect

from tests.web.browser.installation import SECRET, Installation, fill

NEW_SECRET = "another long and fine one"


def invite(owner: Page, email: str) -> str:
    owner.goto("/admin/people/")
    owner.get_by_role("link", name="Invite a person").click()
    owner.get_by_label("E-mail address").fill(email)
    owner.get_by_label("Role").select_option("owner")
    owner.get_by_role("button", name="Make invitation").click()
    return owner.locator("#one-time-link").inner_text()


def join(installation: Installation, link: str, name: str) -> Page:
    page = installation.open(link)
    fill(page, Your_name=name, Password=SECRET, Password_again=SECRET)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    return page


def test_a_colleague_comes_by_a_link_and_leaves_with_all_that_was_said(installation: Installation, owner: Page):
    """The leaver: what stops is shown before and is what stops (SEC-08)."""
    link = invite(owner, "leo@northwind.example")
    installation.look(owner, "invitation")
    installation.look(installation.open(link), "accept invitation")
    leo = join(installation, link, "Leo")
    friend = invite(leo, "friend@elsewhere.example")
    owner.goto("/admin/people/")
    installation.look(owner, "people")
    owner.get_by_role("link", name="Leo").click()
    installation.look(owner, "person")
    owner.get_by_role("link", name="Remove from Northwind MSP").click()
    said = owner.locator("main").inner_text()
    assert "1 session ends" in said
    assert "1 link that they made or have ends" in said
    installation.look(owner, "removal")
    owner.get_by_role("button", name="Remove Leo").click()
    leo.reload()
    expect(leo.get_by_role("heading", level=1)).to_have_text("Sign in")
    page = installation.open(friend)
    expect(page.get_by_role("heading", level=1)).to_have_text("Link no longer valid")
    installation.look(page, "link not valid")
    owner.goto("/admin/audit/")
    expect(owner.get_by_role("table")).to_contain_text("Member of the workspace removed")


def test_a_lost_password_and_device_are_mended_without_a_shell(installation: Installation, owner: Page):
    """The lost password (SEC-08, SEC-09)."""
    nadia = join(installation, invite(owner, "nadia@northwind.example"), "Nadia")
    owner.goto("/admin/people/")
    owner.get_by_role("link", name="Nadia").click()
    owner.get_by_role("link", name="Let back in by a link").click()
    installation.look(owner, "recovery")
    owner.get_by_label("Remove the second factor as well").check()
    owner.get_by_role("button", name="Make link").click()
    installation.look(owner, "recovery link")
    page = installation.open(owner.locator("#one-time-link").inner_text())
    installation.look(page, "recover")
    fill(page, Password=NEW_SECRET, Password_again=NEW_SECRET)
    page.get_by_role("button", name="Set password").click()
    fill(page, Email="nadia@northwind.example", Password=NEW_SECRET)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    nadia.reload()
    expect(nadia.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/admin/people/")
    page.get_by_role("link", name="Olivia").click()
    page.get_by_role("link", name="Change the role").click()
    installation.look(page, "choose role")
    page.get_by_label("Role").select_option("manager")
    page.get_by_role("button", name="Go on").click()
    installation.look(page, "role change")


def test_a_passkey_is_added_and_asked_for_at_the_next_sign_in(installation: Installation, owner: Page):
    """With a key that the browser simulates; refused once, used, removed."""
    page = join(installation, invite(owner, "paul@northwind.example"), "Paul")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    key = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    page.goto("/admin/account/")
    installation.look(page, "account")
    page.get_by_role("link", name="Add a passkey").click()
    fill(page, Password=SECRET)
    page.get_by_role("button", name="Go on").click()
    installation.look(page, "add passkey")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto("/admin/account/")
    installation.look(page, "account with passkey")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/auth/login/")
    fill(page, Email="paul@northwind.example", Password=SECRET)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    installation.look(page, "second factor")
    held = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    tools.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("[data-passkey-failure]")).to_be_visible()
    tools.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": held[0]})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    page.goto("/admin/account/")
    page.get_by_role("link", name="Remove Passkey 1").click()
    page.get_by_role("link", name="Use a passkey").click()
    installation.look(page, "confirm by passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Remove passkey")).to_be_visible()
    installation.look(page, "remove passkey")
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.locator("main")).to_contain_text("Your password alone lets you in")
