"""Lists: filters, chips, sorts, counts, empty states, and what they cost (UX-10 to UX-14, UX-19, UX-21, UX-40)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tenantpilot.inventory.models import Policy
from tests.web.html import read
from tests.web.kit import LIST, at_most_queries, ended, policies, policy, queued, running

pytestmark = pytest.mark.both_databases

INVENTORY = "/admin/t/contoso/inventory/"


@pytest.fixture
def hers(signed_in, alice):
    return signed_in(alice)


@pytest.fixture
def names(hers):
    return lambda address: [row.one("th").words for row in read(hers.get(address)).one("tbody").every("tr")]


def test_a_table_has_caption_scopes_and_its_names_as_links_ux_10(hers, contoso, now):
    policy(contoso, "BitLocker", now)
    table = read(hers.get(INVENTORY)).one("table")
    assert table.one("caption").words == "Policies"
    assert {cell["scope"] for cell in table.one("thead").every("th")} == {"col"}
    assert table.one("tbody").one("th", scope="row").one("a").words == "BitLocker"


def test_filters_narrow_and_are_chips_that_can_be_removed_ux_12(hers, names, contoso, now):
    policy(contoso, "BitLocker", now, platform="windows")
    policy(contoso, "FileVault", now, platform="macos")
    policy(contoso, "Bit more", now, platform="macos")
    address = f"{INVENTORY}?q=bit&platform=macos"
    assert names(address) == ["Bit more"]
    chips = {chip.words: chip["href"] for chip in read(hers.get(address)).every("a", class_="chip")}
    assert chips == {
        "Name: bit Remove this filter": f"{INVENTORY}?platform=macos",
        "Platform: macOS Remove this filter": f"{INVENTORY}?q=bit",
    }
    assert read(hers.get(address)).one("div", class_="chips").every("a", class_="btn")[0]["href"] == INVENTORY


def test_type_and_presence_narrow_too(names, contoso, now):
    policy(contoso, "Here", now, type="group")
    policy(contoso, "Gone", now, missing_since=now)
    assert names(f"{INVENTORY}?type=group") == ["Here"]
    assert names(f"{INVENTORY}?presence=missing") == ["Gone"]
    assert names(f"{INVENTORY}?presence=present") == ["Here"]


@pytest.mark.parametrize("query", ["type=nonsense", "platform=%00", "sort=password", "size=9999", "at=forged", "x=1"])
def test_what_makes_no_sense_in_the_address_is_ignored(names, contoso, now, query):
    policy(contoso, "BitLocker", now)
    assert names(f"{INVENTORY}?{query}") == ["BitLocker"]


def test_empty_parameters_of_a_form_are_left_out_of_the_address_ux_05(hers, contoso):
    answer = hers.get(f"{INVENTORY}?q=&type=&platform=macos&sort=-modified")
    assert answer.headers["Location"] == f"{INVENTORY}?platform=macos&sort=-modified"


def test_headings_sort_by_links_and_say_how_ux_13(hers, names, contoso, now):
    policy(contoso, "B", now)
    policy(contoso, "a", now - timedelta(days=1), last_modified_at=now - timedelta(days=1))
    policy(contoso, "C", now, last_modified_at=None)
    assert names(f"{INVENTORY}?sort=-modified") == ["B", "a", "C"]
    assert names(f"{INVENTORY}?sort=modified") == ["C", "a", "B"]
    heads = read(hers.get(f"{INVENTORY}?sort=-modified")).one("thead").every("th")
    assert [(head.words, head["aria-sort"]) for head in heads if "aria-sort" in head] == [("Modified", "descending")]


def test_a_changed_filter_or_sort_goes_back_to_the_first_page_ux_12(hers, contoso, now):
    policies(contoso, 30, now)
    second = read(hers.get(f"{INVENTORY}?size=25")).one("a", id="page-next")["href"]
    links = [link["href"] for link in read(hers.get(second)).one("thead").every("a")]
    assert links
    assert not any("at=" in link for link in links)


def test_pages_of_25_50_and_100_by_links_ux_11(hers, contoso, now):
    policies(contoso, 60, now)
    first = read(hers.get(INVENTORY))
    assert len(first.one("tbody").every("tr")) == 50
    assert [link.words for link in first.one("div", class_="pager-sizes").every("a")] == ["25", "50", "100"]
    assert len(read(hers.get(first.one("a", id="page-next")["href"])).one("tbody").every("tr")) == 10


@pytest.mark.parametrize(("number", "words"), [(0, "0 policies"), (1, "1 policy"), (2, "2 policies")])
def test_the_count_is_announced_in_words_ux_14(hers, contoso, now, number, words):
    policies(contoso, number, now)
    assert read(hers.get(INVENTORY)).one("span", role="status").words == words


def test_the_count_is_honest_above_ten_thousand_ux_11(hers, contoso, now, monkeypatch):
    policies(contoso, 4, now)
    monkeypatch.setattr("tenantpilot.web.ui.tables.listing.COUNT_AT_MOST", 3)
    assert read(hers.get(INVENTORY)).one("span", role="status").words == "3+ policies"


def test_a_script_gets_the_list_alone_and_caches_are_told_ux_14(hers, contoso, now):
    policy(contoso, "BitLocker", now)
    part = hers.get(INVENTORY, headers=LIST)
    assert read(part).children[-1] is not None
    assert "<html" not in part.content.decode()
    assert read(part).one("div", id="list")
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in part.headers["Vary"].split(",")}


class TestEmptyStates:
    """Three different ones, and the filter bar stays (UX-40, UX-41)."""

    def test_nothing_yet_offers_what_fills_it_ux_40(self, hers, contoso):
        shown = read(hers.get(INVENTORY)).one("div", class_="empty")
        assert shown.one("h2").words == "No policies yet"
        assert shown.one("button").words == "Sync inventory"

    def test_nothing_matches_offers_to_clear_the_filters_ux_40(self, hers, contoso, now):
        policy(contoso, "BitLocker", now)
        page = read(hers.get(f"{INVENTORY}?q=zzz"))
        assert page.one("div", class_="empty").one("h2").words == "No policies match these filters"
        assert page.one("div", class_="empty").one("a").words == "Clear filters"
        assert page.one("form", class_="filters")

    def test_not_allowed_says_who_can_help_ux_40(self, signed_in, bob, contoso):
        shown = read(signed_in(bob).get(INVENTORY)).one("div", class_="empty")
        assert not shown.every("button")
        assert "Operator" in shown.words


class TestOperations:
    """Filters by status, type, initiator and time, in a tenant and across tenants."""

    @pytest.fixture
    def runs(self, contoso, fabrikam, alice, olivia, now):
        return {
            "failed": ended(contoso, alice, now, failed=2, succeeded=0),
            "partial": ended(contoso, olivia, now, failed=1),
            "system": ended(contoso, None, now),
            "running": running(contoso, alice, now).run,
            "queued": queued(contoso, alice, now, "group"),
            "elsewhere": ended(fabrikam, olivia, now),
        }

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["queued", "running", "system", "partial", "failed"]),
            ("state=failed", ["failed"]),
            ("state=running", ["running"]),
            ("who=me", ["queued", "running", "failed"]),
            ("who=others", ["partial"]),
            ("who=system", ["system"]),
            ("type=inventory_sync&state=partially_succeeded", ["partial"]),
            ("since=hour", []),
            ("state=active", ["queued", "running"]),
            ("state=attention", ["partial", "failed"]),
            ("after=2026-06-01&before=2026-06-01", ["queued", "running", "system", "partial", "failed"]),
            ("after=2026-06-02", []),
            ("before=2026-05-31", []),
            ("q=SYNC", ["queued", "running", "system", "partial", "failed"]),
            ("q=group", []),
            ("q=zzz", []),
            ("sort=queued&size=25", ["failed", "partial", "system", "running", "queued"]),
        ],
    )
    def test_of_a_tenant(self, hers, runs, query, expected):
        page = read(hers.get(f"/admin/t/contoso/operations/?{query}"))
        shown = [row["id"] for row in page.every("tr") if "id" in row]
        assert shown == [f"run-{runs[name].pk}" for name in expected]

    def test_by_one_person_of_the_tenant(self, hers, runs, olivia, contoso, charlie):
        page = read(hers.get(f"/admin/t/contoso/operations/?who={olivia.pk}"))
        assert [row["id"] for row in page.every("tr") if "id" in row] == [f"run-{runs['partial'].pk}"]
        offered = [option.words for option in page.one("select", name="who").every("option")]
        assert offered == ["Anybody", "Me", "Other people", "The system", "Alice", "Olivia"]

    def test_sec_02_people_of_other_tenants_are_not_named(self, hers, runs, charlie):
        page = read(hers.get(f"{reverse('workspace-operations')}?who={charlie.pk}"))
        assert "Charlie" not in page.words
        assert len(page.one("tbody").every("tr")) == 5

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("state=nonsense", "Status “nonsense” is not one of the choices"),
            ("who=999", "Started by “999” is not one of the choices"),
            ("type=%00<b>", "Operation “<b>” is not one of the choices"),
            ("after=soon", "From “soon” is not a day such as 2026-06-01"),
            ("before=2026-02-30", "To “2026-02-30” is not a day such as 2026-06-01"),
        ],
    )
    def test_a_value_that_makes_no_sense_is_named_and_can_be_removed(self, hers, runs, query, words):
        page = read(hers.get(f"/admin/t/contoso/operations/?size=25&{query}"))
        note = page.one("p", class_="note-warning")
        assert note.words == f"{words}, so the list is not narrowed by it. Remove"
        assert note.one("a")["href"] == "/admin/t/contoso/operations/?size=25"
        assert len(page.one("tbody").every("tr")) == 5
        assert "aria-invalid" in page.one(id=f"filter-{query.partition('=')[0]}")

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("sort=%3Cb%3E%00", "The list cannot be sorted by “<b>”, so it has its usual order."),
            ("sort=--started", "The list cannot be sorted by “--started”, so it has its usual order."),
            ("size=7", "“7” is no number of rows to choose, so a page has 50."),
            ("size=²", "“²” is no number of rows to choose, so a page has 50."),
            ("at=nowhere", "The place in the list cannot be read, so the list is shown from its beginning."),
        ],
    )
    def test_an_order_a_size_or_a_place_that_makes_no_sense_is_told(self, hers, runs, query, words):
        page = read(hers.get(f"/admin/t/contoso/operations/?state=failed&{query}"))
        note = page.one("p", class_="note-warning")
        assert note.words == f"{words} Remove"
        assert note.one("a")["href"] == "/admin/t/contoso/operations/?state=failed"

    def test_no_sentence_of_the_forms_library_is_pasted_into_ours(self, hers, runs):
        page = read(hers.get(f"{reverse('inventory', args=['contoso'])}?q=ab%00c"))
        told = "Name “abc” has letters that no name has, so the list is not narrowed by it. Remove"
        assert page.one("p", class_="note-warning").words == told

    def test_a_range_that_ends_before_it_begins_says_so(self, hers, runs):
        page = read(hers.get("/admin/t/contoso/operations/?after=2026-06-02&before=2026-06-01"))
        assert "lies before the first day" in page.one("p", class_="note-warning").words

    def test_across_tenants_only_of_tenants_that_the_person_may_see_sec_03(self, signed_in, alice, olivia, runs):
        mine = read(signed_in(alice).get(reverse("workspace-operations")))
        all_of_them = read(signed_in(olivia).get(reverse("workspace-operations")))
        assert len(mine.one("tbody").every("tr")) == 5
        assert len(all_of_them.one("tbody").every("tr")) == 6
        offered = [option.words for option in mine.one("select", name="tenant").every("option")]
        assert offered == ["All tenants", "Contoso"]

    @pytest.mark.parametrize(("text", "rows"), [("fabrikam", 1), ("FABRI", 1), ("o", 5)])
    def test_many_tenants_are_searched_and_not_listed(self, signed_in, olivia, runs, monkeypatch, text, rows):
        """With a thousand of them their names would be most of every page."""
        monkeypatch.setattr("tenantpilot.web.operations.tables.MOST_CHOICES", 1)
        page = read(signed_in(olivia).get(f"{reverse('workspace-operations')}?tenant={text}"))
        assert not page.every("select", name="tenant")
        assert page.one("input", id="filter-tenant")["type"] == "search"
        assert len(page.one("tbody").every("tr")) == rows

    def test_a_tenant_of_somebody_else_in_the_address_shows_nothing_of_it_sec_02(self, signed_in, alice, runs):
        page = read(signed_in(alice).get(f"{reverse('workspace-operations')}?tenant=fabrikam"))
        assert len(page.one("tbody").every("tr")) == 5


@pytest.mark.parametrize("rows", [3, 60])
@pytest.mark.parametrize(
    "address",
    [
        INVENTORY,
        f"{INVENTORY}?q=policy&sort=-modified",
        "/admin/t/contoso/operations/",
        "/admin/operations/",
        "/admin/",
        "/admin/notifications/",
        "/admin/t/contoso/audit/",
        "/admin/audit/",
    ],
)
def test_a_list_costs_at_most_twelve_queries_whatever_its_rows_ux_21(signed_in, olivia, contoso, now, address, rows):
    policies(contoso, rows, now)
    for _ in range(rows // 3):
        ended(contoso, olivia, now)
    browser = signed_in(olivia)
    with at_most_queries(12):
        assert browser.get(address).status_code == 200


def test_every_filter_at_once_costs_no_query_more_ux_21(signed_in, olivia, contoso, now):
    for _each in range(3):
        ended(contoso, olivia, now, failed=1)
    query = "q=sync&state=attention&type=inventory_sync&who=me&after=2026-06-01&before=2026-06-02&sort=queued&size=25"
    browser = signed_in(olivia)
    for address in ("/admin/t/contoso/operations/", "/admin/operations/"):
        with at_most_queries(12):
            assert len(read(browser.get(f"{address}?{query}")).one("tbody").every("tr")) == 3


def test_numbers_stand_right_and_unknown_is_spoken_ux_18(hers, contoso, now):
    policy(contoso, "Old", now, last_modified_at=None)
    row = read(hers.get(INVENTORY)).one("tbody").one("tr")
    assert {unknown.words for unknown in row.every("span", class_="unseen")} == {"not known"}
    assert read(hers.get("/admin/")).one("tbody").one("td", class_="number").words == "1"


def test_the_tenants_page_tells_freshness_and_active_runs(hers, contoso, alice, now):
    ended(contoso, alice, now)
    queued(contoso, alice, now)
    row = read(hers.get("/admin/")).one("tbody").one("tr").words
    assert "Stale" in row  # the sync of the tests is long ago
    assert "1 active" in row
    assert Policy.everywhere.count() == 0
