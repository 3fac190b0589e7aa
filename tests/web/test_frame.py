"""The frame around every page: its order, its navigation, its title, its theme (UX-01 to UX-07, UX-80)."""

import re

import pytest
from django.urls import reverse

from tenantpilot.web.frame.navigation import GROUP_LABELS, Group, platform_items, tenant_items, workspace_items
from tests.web.html import read

LANDMARKS = (
    ('class="skip"', '<header class="bar">', '<nav class="side"', "<main", 'id="toast-status"', 'id="toasts"'),
    'id="activity"',
)


@pytest.fixture
def overview(signed_in, alice, contoso):
    return lambda **headers: signed_in(alice).get(reverse("tenant-overview", args=["contoso"]), headers=headers)


def test_the_parts_of_a_page_stand_in_their_order_ux_01(overview):
    text = overview().content.decode()
    places = [text.index(mark) for mark in (*LANDMARKS[0], LANDMARKS[1])]
    assert places == sorted(places)


def test_the_top_bar_has_menu_switcher_search_theme_bell_and_account_in_this_order_ux_01(overview):
    bar = read(overview()).one("header", class_="bar")
    names = [
        re.sub(r"^Contoso ", "", part.words) for part in bar.children if getattr(part, "tag", "") in ("button", "a")
    ]
    names += [
        part.words for part in bar.one("div", class_="bar-end").children if getattr(part, "tag", "") in ("button", "a")
    ]
    assert names == ["Menu", "TenantPilot", "Switch tenant", "Search or go to", "Theme", "Notifications", "Account"]


def test_the_title_begins_with_the_only_h1_and_names_tenant_and_product_ux_01_ux_03(overview):
    page = read(overview())
    assert page.one("title").words == f"{page.one('h1').words} · Contoso · TenantPilot"


@pytest.mark.parametrize("person", ["alice", "bob", "olivia"])
def test_navigation_offers_what_the_role_can_use_and_nothing_else_ux_04(signed_in, contoso, person, request):
    browser = signed_in(request.getfixturevalue(person))
    side = read(browser.get(reverse("tenant-overview", args=["contoso"]))).one("nav", class_="side")
    labels = [link.words for link in side.every("a")]
    answers = {browser.get(link["href"]).status_code for link in side.every("a")}
    assert answers == {200}
    assert ("Audit log" in labels) is (person == "olivia")


def test_groups_stand_in_the_agreed_order_ux_04():
    assert [str(GROUP_LABELS[group]) for group in Group] == [
        "Overview", "Inventory", "Protection", "Governance", "Monitoring", "Settings",
    ]  # fmt: skip


@pytest.mark.parametrize("item", tenant_items())
def test_the_current_page_is_marked_once_ux_04(signed_in, olivia, contoso, item):
    side = read(signed_in(olivia).get(reverse(item.view, args=["contoso"]))).one("nav", class_="side")
    assert [link.words for link in side.every("a", aria_current="page")] == [str(item.label)]


def test_no_key_leads_to_two_places_on_one_plane_ux_71():
    for items in (tenant_items(), workspace_items(), platform_items()):
        keys = [item.key for item in items if item.key]
        assert len(keys) == len(set(keys))


def test_nothing_inline_and_nothing_from_elsewhere_ux_07(overview):
    response = overview()
    page = read(response)
    assert not [element.tag for element in page.every() if any(name.startswith("on") for name in element.attributes)]
    assert not [element.tag for element in page.every() if "style" in element]
    assert all("src" in script for script in page.every("script"))
    loaded = [element[name] for element in page.every() for name in ("src", "href") if name in element]
    assert all(address.startswith(("/", "#", "?")) for address in loaded)
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy


def test_without_a_choice_the_theme_attribute_is_absent_ux_80(overview):
    assert "data-theme" not in read(overview()).one("html")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_drawn_by_the_server_ux_80(client, overview, signed_in, alice, theme):
    browser = signed_in(alice)
    chosen = browser.post(reverse("preference", args=["theme"]), {"value": theme, "back": "/admin/"})
    assert chosen.headers["Location"] == "/admin/"
    assert read(browser.get("/admin/")).one("html")["data-theme"] == theme
    browser.post(reverse("preference", args=["theme"]), {"value": ""})
    assert "data-theme" not in read(browser.get("/admin/")).one("html")


def test_a_theme_that_does_not_exist_is_refused_and_not_drawn(signed_in, alice):
    browser = signed_in(alice)
    assert browser.post(reverse("preference", args=["theme"]), {"value": '"><script>'}).status_code == 400
    browser.cookies["tenantpilot_theme"] = "neon"
    assert "data-theme" not in read(browser.get("/admin/")).one("html")


def test_a_preference_never_leads_to_another_site(signed_in, alice):
    answer = signed_in(alice).post(
        reverse("preference", args=["theme"]), {"value": "dark", "back": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_single_keys_can_be_turned_off_ux_71(signed_in, alice):
    browser = signed_in(alice)
    browser.post(reverse("preference", args=["keys"]), {"value": "off"})
    assert read(browser.get("/admin/")).one("body")["data-keys"] == "off"


class TestSwitchingTenant:
    """The switcher keeps the page where the person may see it, and shows only the person's tenants (UX-03)."""

    @pytest.fixture
    def options(self, signed_in, contoso, fabrikam):
        def ask(person, at, **query):
            answer = signed_in(person).get(reverse("tenant-switcher"), {"at": at, **query})
            links = read(answer).every("a", class_="option")
            return {tenant_of(link): link["href"] for link in links if "/t/" in link["href"]}

        return ask

    def test_to_the_same_page_ux_03(self, options, olivia):
        assert options(olivia, "/admin/t/contoso/inventory/?q=x")["Fabrikam"] == "/admin/t/fabrikam/inventory/"

    def test_from_a_record_to_the_list_it_is_in_ux_03(self, options, olivia):
        assert options(olivia, "/admin/t/contoso/operations/7/")["Fabrikam"] == "/admin/t/fabrikam/operations/"

    def test_to_the_overview_where_the_page_is_not_allowed_ux_03(self, options, alice, charlie, contoso):
        assert options(alice, "/admin/t/contoso/audit/")["Contoso"] == "/admin/t/contoso/"

    def test_only_to_tenants_of_the_person_ux_03_sec_02(self, options, alice):
        assert list(options(alice, "/admin/")) == ["Contoso"]

    def test_narrowed_by_a_part_of_the_name(self, options, olivia):
        assert list(options(olivia, "/admin/", q="ABRI")) == ["Fabrikam"]

    @pytest.mark.parametrize("at", ["https://evil.example/", "nowhere", "", "/admin/t/contoso/inventory/999/"])
    def test_any_address_gives_addresses_of_ours(self, options, olivia, at):
        assert all(url.startswith("/admin/t/") for url in options(olivia, at).values())


def tenant_of(option):
    return option.one("span", class_="option-words").every("span")[0].words


@pytest.mark.parametrize("address", ["/admin/", "/admin/t/contoso/"])
def test_each_shortcut_that_is_listed_has_its_key_ux_71(signed_in, alice, address):
    listed = read(signed_in(alice).get(address)).one("dialog", id="keys")
    shortcuts = [[key.words for key in shortcut.every("kbd")] for shortcut in listed.every("dt")]
    assert all(all(keys) for keys in shortcuts)
    assert len({tuple(keys) for keys in shortcuts}) == len(shortcuts) > 3
