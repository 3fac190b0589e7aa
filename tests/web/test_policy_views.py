"""Saved views of the policies: filters, order and columns (UX-20), and policies chosen by one elsewhere (UX-96)."""

import pytest

from tenantpilot.inventory.policy_views import policies_of_view, policy_view, policy_views
from tenantpilot.web.ui.saved_views import services
from tenantpilot.web.ui.saved_views.models import SavedView
from tests.web.html import read
from tests.web.kit import at_most_queries, policy

pytestmark = pytest.mark.both_databases

LISTED = "/admin/t/contoso/inventory/"
VIEWS = f"{LISTED}views/"
MACS = "platform=macos"


@pytest.fixture
def keep(contoso, now):
    """keep(alice, "Macs", "platform=macos") is there already; `shared=True` for the others too."""

    def kept(who, name, query=MACS, *, shared=True, tenant=contoso, listed="policies"):
        place = {"list_name": listed, "workspace_id": contoso.workspace_id}
        view = services.save_view(name, query=query, tenant=tenant, owner=who, now=now, **place)
        if shared:
            services.share_view(view, actor=who, now=now)
        return view

    return kept


@pytest.fixture
def two(contoso, now):
    policy(contoso, "FileVault", now, platform="macos")
    policy(contoso, "BitLocker", now)


def button(browser, query):
    return read(browser.get(LISTED + query)).one("button", id="views-button").words


class TestTheList:
    def test_a_view_keeps_filters_order_and_columns(self, signed_in, bob, two):
        browser = signed_in(bob)
        asked = f"{MACS}&sort=-modified&columns=type.seen"
        answer = browser.post(f"{VIEWS}new/", {"name": "Macs", "query": asked})
        assert answer.headers["Location"] == f"{LISTED}?{asked}"
        opened = read(browser.get(f"{VIEWS}{SavedView.everywhere.get().pk}/", follow=True))
        assert opened.one("button", id="views-button").words == "Saved view: Macs"
        hidden = opened.one("table").attributes["class"].split()[1:]
        assert hidden == [f"without-{place}" for place in (3, 4, 5, 6, 7, 8)]
        assert [row.words for row in opened.one("tbody").every("th")] == ["FileVault"]

    def test_the_columns_on_view_are_offered_to_be_saved(self, signed_in, alice, two):
        browser = signed_in(alice)
        assert button(browser, "") == "Saved view: All policies"
        browser.get(f"{LISTED}?choose-columns=1&column=type")
        form = read(browser.get(LISTED)).one("div", id="save-view")
        assert form.one("input", name="query")["value"] == "columns=type"

    def test_columns_of_a_view_win_until_others_are_chosen(self, signed_in, bob, two):
        browser = signed_in(bob)
        browser.get(f"{LISTED}?choose-columns=1&column=platform")
        table = read(browser.get(f"{LISTED}?{MACS}&columns=type")).one("table").attributes["class"]
        assert "without-2" not in table.split()
        assert "without-3" in table.split()
        answer = browser.get(f"{LISTED}?{MACS}&columns=type&choose-columns=1&column=state")
        assert answer.headers["Location"] == f"{LISTED}?{MACS}"

    def test_unknown_columns_are_not_kept_and_hide_nothing(self, signed_in, alice, two):
        browser = signed_in(alice)
        browser.post(f"{VIEWS}new/", {"name": "Macs", "query": f"{MACS}&columns=nonsense"})
        assert SavedView.everywhere.get().query == MACS
        assert "without-2" not in read(browser.get(f"{LISTED}?columns=nonsense")).one("table").attributes["class"]

    def test_it_is_listed_with_its_words_renamed_and_deleted(self, signed_in, alice, keep):
        view = keep(alice, "Macs", f"{MACS}&columns=type.state", shared=False)
        browser = signed_in(alice)
        page = read(browser.get(VIEWS))
        assert "Platform: macOS, Columns: Type + State" in page.one("tbody").words
        assert page.one("p", class_="lead").words.startswith("Filters, order and columns of the list “Policies”")
        browser.post(f"{VIEWS}{view.pk}/name/", {"name": "Apple"})
        assert read(browser.get(VIEWS)).one("tbody").one("th").words == "Apple"
        assert browser.post(f"{VIEWS}{view.pk}/deletion/").headers["Location"] == VIEWS
        assert not SavedView.everywhere.exists()

    def test_views_of_operations_are_not_views_of_policies(self, signed_in, alice, keep):
        of_runs = keep(alice, "Failures", "state=failed", listed="runs")
        browser = signed_in(alice)
        assert browser.get(f"{VIEWS}{of_runs.pk}/").status_code == 404
        assert browser.get(f"/admin/t/contoso/operations/views/{of_runs.pk}/").status_code == 302

    def test_a_reader_opens_a_shared_one_and_no_stranger_sec_02(self, signed_in, alice, bob, charlie, keep):
        view = keep(alice, "Macs")
        assert signed_in(bob).get(f"{VIEWS}{view.pk}/").status_code == 302
        assert signed_in(charlie).get(f"{VIEWS}{view.pk}/").status_code == 404

    def test_the_list_stays_within_its_queries_ux_21(self, signed_in, alice, keep, two):
        for number in range(20):
            keep(alice, f"View {number}")
        browser = signed_in(alice)
        with at_most_queries(12):
            browser.get(f"{LISTED}?{MACS}")


class TestPoliciesOfAView:
    """What a schedule asks: the policies that a view names now."""

    @staticmethod
    def chosen(tenant, key):
        return sorted(policies_of_view(tenant, key).values_list("name", flat=True))

    def test_it_names_those_that_match_at_the_time(self, keep, alice, contoso, two, now):
        view = keep(alice, "Macs", f"{MACS}&sort=-modified&columns=type")
        assert self.chosen(contoso, view.pk) == ["FileVault"]
        policy(contoso, "Gatekeeper", now, platform="macos")
        assert self.chosen(contoso, view.pk) == ["FileVault", "Gatekeeper"]
        assert [(offered.key, offered.name) for offered in policy_views(contoso)] == [(view.pk, "Macs")]

    @pytest.mark.parametrize(
        "query",
        [
            "sort=-modified",
            "columns=type",
            "platform=",
            f"{MACS}&retired=1",
            f"{MACS}&{MACS}",
            "since=soon",
            "run=x",
            f"run={'9' * 400}",
            "%00",
        ],
    )
    def test_one_that_cannot_be_read_names_none_nor_is_offered(self, keep, alice, contoso, two, query):
        view = keep(alice, "Odd", query)
        assert self.chosen(contoso, view.pk) == []
        assert policy_views(contoso) == []

    @pytest.mark.parametrize("query", ["type=retired", "state=odd", "presence=odd", "platform=amiga"])
    def test_a_word_that_is_not_known_matches_nothing(self, keep, alice, contoso, two, query):
        assert self.chosen(contoso, keep(alice, "Odd", query).pk) == []

    def test_private_deleted_and_other_lists_views_name_none(self, keep, alice, contoso, two, now):
        private = keep(alice, "Mine", shared=False)
        of_runs = keep(alice, "Runs", MACS, listed="runs")
        deleted = keep(alice, "Gone")
        key = deleted.pk
        services.delete_view(deleted, actor=alice, now=now)
        assert [self.chosen(contoso, pk) for pk in (private.pk, of_runs.pk, key, 0)] == [[], [], [], []]

    def test_one_of_another_tenant_names_none_sec_03(self, keep, alice, olivia, contoso, fabrikam, two, now):
        policy(fabrikam, "Theirs", now, platform="macos")
        theirs = keep(olivia, "Macs", tenant=fabrikam)
        assert policy_view(contoso, theirs.pk) is None
        assert self.chosen(contoso, theirs.pk) == []
        assert self.chosen(fabrikam, theirs.pk) == ["Theirs"]
