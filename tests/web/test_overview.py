"""A tenant at a glance, a policy's page, the search (UX-02, UX-07, UX-18, UX-74)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.inventory.models import PolicyTypeSync
from tests.web.html import read
from tests.web.kit import SCRIPT, at_most_queries, ended, policies, policy


@pytest.fixture
def hers(signed_in, alice):
    return signed_in(alice)


def test_figures_lead_to_the_list_that_they_count(hers, contoso, now):
    policy(contoso, "Here", now)
    policy(contoso, "Gone", now, missing_since=now)
    tiles = read(hers.get("/admin/t/contoso/")).every("a", class_="tile")
    assert [tile.words for tile in tiles[:3]] == ["Policies 1", "Missing 1", "Policy types in use 1"]
    for tile in tiles[:2]:
        assert len(read(hers.get(tile["href"])).one("tbody").every("tr")) == 1


def test_the_chart_has_a_title_a_sentence_and_the_same_figures_as_a_table_ux_74(hers, contoso, now):
    policy(contoso, "One", now, type="group")
    policy(contoso, "Two", now, type="group")
    policy(contoso, "Gone", now, type="group", missing_since=now)
    policy(contoso, "Other", now, type="namedLocation")
    chart = read(hers.get("/admin/t/contoso/")).one("section", aria_labelledby="chart-title")
    assert chart.one("h2").words == "Policies by type"
    assert chart.one("figcaption").words == "4 policies of 2 types, most of them Group (3)."
    assert chart.one("details").one("summary").words == "Show as table"
    rows = [[cell.words for cell in (*row.every("th"), *row.every("td"))] for row in chart.one("tbody").every("tr")]
    assert rows == [["Group", "2", "1"], ["Named location", "1", "0"]]
    assert [bar.words for bar in chart.one("ul").every("a")] == ["Group 2 1 missing", "Named location 1"]


def test_the_lead_says_how_fresh_the_page_is_ux_02(hers, contoso, alice, now):
    assert "Not synced yet." in read(hers.get("/admin/t/contoso/")).one("p", class_="lead").words
    ended(contoso, alice, timezone.now() - timedelta(hours=2))
    assert "Last synced 1 hour ago." in read(hers.get("/admin/t/contoso/")).one("p", class_="lead").words


def test_what_was_synced_long_ago_is_marked_stale(hers, contoso, alice, now):
    ended(contoso, alice, timezone.now() - timedelta(hours=25))
    assert "Stale" in read(hers.get("/admin/t/contoso/")).one("p", class_="lead").words


def test_types_that_could_not_be_read_are_named(hers, contoso, now):
    PolicyTypeSync.everywhere.create(
        workspace_id=contoso.workspace_id, tenant=contoso, type="group", attempted_at=now, reason_code="graph_error"
    )
    note = read(hers.get("/admin/t/contoso/")).one("div", class_="note-warning").words
    assert note.startswith("1 policy type could not be read Group.")


def test_the_overview_costs_a_dozen_queries_whatever_there_is(hers, contoso, alice, now):
    policies(contoso, 30, now)
    for _ in range(8):
        ended(contoso, alice, now)
    with at_most_queries(12):
        hers.get("/admin/t/contoso/")


class TestPolicyPage:
    def test_shows_facts_and_what_inventory_keeps(self, hers, contoso, now):
        found = policy(contoso, "BitLocker <b>", now, properties={"isAssigned": True, "roleScopeTagIds": ["0"], "n": 3})
        page = read(hers.get(reverse("policy", args=["contoso", found.pk])))
        facts = [value.words for value in page.one("main").every("dd")]
        assert page.one("h1").words == "BitLocker <b>"
        assert page.one("title").words == "BitLocker <b> · Contoso · TenantPilot"
        assert {"Settings catalog", "Windows", "Yes", '["0"]', "3"} <= set(facts)

    def test_says_since_when_it_is_gone(self, hers, contoso, now):
        found = policy(contoso, "Gone", now, missing_since=now)
        page = read(hers.get(reverse("policy", args=["contoso", found.pk])))
        assert page.one("main").one("div", class_="note-danger").one("strong").words == "Gone from the tenant"

    def test_its_tab_is_in_the_address_and_a_wrong_one_is_the_first_ux_05(self, hers, contoso, alice, now):
        run = ended(contoso, alice, now)
        found = policy(contoso, "BitLocker", now, last_seen_run=run)
        address = reverse("policy", args=["contoso", found.pk])
        runs = read(hers.get(f"{address}?tab=runs")).one("ul", class_="runs").every("a")
        assert [link["href"] for link in runs] == [f"/admin/t/contoso/operations/{run.pk}/"]
        assert (
            read(hers.get(f"{address}?tab=nonsense")).one("nav", class_="tabs").one("a", aria_current="page").words
            == "Settings"
        )


class TestSearch:
    """Pages, tenants and policies that the person may see, in the palette and as a page (UX-71, SEC-03)."""

    def test_finds_by_a_part_of_the_name(self, hers, contoso, now):
        found = policy(contoso, "CORP BitLocker", now)
        page = read(hers.get(reverse("search"), {"q": "locker"}))
        assert [link["href"] for link in page.one("main").every("a", class_="option")] == [
            reverse("policy", args=["contoso", found.pk])
        ]

    def test_in_the_palette_the_pages_of_the_tenant_come_first(self, hers, contoso):
        here = {**SCRIPT, "HX-Current-URL": "http://testserver/admin/t/contoso/operations/"}
        options = read(hers.get(reverse("search"), {"q": ""}, headers=here)).every("a", role="option")
        assert options[0]["href"] == "/admin/t/contoso/"
        assert not [option for option in options if option["href"] == "/admin/t/contoso/audit/"]

    @pytest.mark.parametrize("typed", ["zzz", '"', "%", "' OR 1=1", "x" * 500, "\x00"])
    def test_whatever_is_typed_is_looked_for(self, hers, contoso, typed):
        answer = hers.get(reverse("search"), {"q": typed}, headers=SCRIPT)
        assert answer.status_code == 200

    def test_nothing_found_says_so_and_repeats_the_word(self, hers, contoso):
        assert "Nothing found for “zzz”" in read(hers.get(reverse("search"), {"q": "zzz"}, headers=SCRIPT)).words
