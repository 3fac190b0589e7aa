"""Saved views: filters and order under a name, one's own or shared (UX-20), and nobody else's (SEC-02, SEC-03)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.ui.saved_views import services
from tenantpilot.web.ui.saved_views.models import SavedView
from tests.web.html import read
from tests.web.kit import LIST, at_most_queries, ended, queued

pytestmark = pytest.mark.both_databases

LISTED = "/admin/t/contoso/operations/"
VIEWS = f"{LISTED}views/"
ACROSS = "/admin/operations/"


@pytest.fixture
def save(signed_in):
    """save(alice, "Failures", "state=failed") posts the form as she would."""

    def post(who, name, query="state=failed", at=VIEWS, **fields):
        return signed_in(who).post(f"{at}new/", {"name": name, "query": query, **fields})

    return post


@pytest.fixture
def kept(contoso, now):
    """kept(alice, "Failures") is there already; `shared=True` for the others too."""

    def keep(who, name, query="state=failed", *, shared=False, tenant=contoso):
        place = {"list_name": "runs" if tenant else "workspace-runs", "workspace_id": contoso.workspace_id}
        view = services.save_view(name, query=query, tenant=tenant, owner=who, now=now, **place)
        if shared:
            services.share_view(view, actor=who, now=now)
        return view

    return keep


@pytest.fixture
def menu(signed_in):
    """The names of the menu of a list, as somebody finds them."""

    def names(who, address=LISTED):
        panel = read(signed_in(who).get(address)).one("div", id="views")
        return [item.one("a").words for item in panel.every("li")]

    return names


def test_the_filters_of_a_list_are_saved_under_a_name_and_opened_again_ux_20(save, menu, signed_in, alice, contoso):
    answer = save(alice, "Failures", "state=failed&sort=queued")
    assert answer.headers["Location"] == f"{LISTED}?state=failed&sort=queued"
    assert menu(alice) == ["Failures"]
    view = SavedView.everywhere.get()
    opened = signed_in(alice).get(f"{VIEWS}{view.pk}/")
    assert opened.headers["Location"] == f"{LISTED}?state=failed&sort=queued"


def test_the_menu_says_which_view_is_open_and_offers_to_save_only_what_is_new_ux_20(kept, signed_in, alice, contoso):
    kept(alice, "Failures", "state=failed&since=week")
    browser = signed_in(alice)
    buttons = {}
    for query in ("", "?since=week&state=failed", "?state=failed"):
        bar = read(browser.get(LISTED + query)).one("div", class_="views-bar")
        buttons[query] = [button.words for button in bar.every("button") if "popovertarget" in button]
    assert buttons == {
        "": ["Saved view: All operations"],
        "?since=week&state=failed": ["Saved view: Failures"],
        "?state=failed": ["Saved view: Not saved", "Save view"],
    }


def test_without_any_the_menu_and_the_page_say_how_to_make_one_ux_40(signed_in, alice, contoso):
    browser = signed_in(alice)
    assert "No saved views yet." in read(browser.get(LISTED)).one("div", id="views").words
    empty = read(browser.get(VIEWS)).one("div", class_="empty")
    assert empty.one("h2").words == "No saved views yet"
    assert empty.one("a")["href"] == LISTED


def test_a_script_that_replaces_the_list_gets_the_menu_with_it(kept, signed_in, alice, contoso):
    kept(alice, "Failures")
    part = read(signed_in(alice).get(f"{LISTED}?state=failed", headers=LIST))
    assert part.one("button", id="views-button").words == "Saved view: Failures"


def test_the_same_form_is_a_page_without_script_ux_06(signed_in, alice, contoso):
    page = read(signed_in(alice).get(f"{VIEWS}new/?state=failed&since=day"))
    assert (
        page.one("p", class_="lead").words == "Keeps these filters and this order: Status: Failed, Time: Last 24 hours."
    )
    assert page.one("input", name="query")["value"] == "state=failed&since=day"


class TestWhatIsRefused:
    """Errors stay in the form, what was typed is kept (UX-35)."""

    def test_a_name_twice(self, save, kept, alice):
        kept(alice, "Failures")
        answer = save(alice, "failures ", "since=day")
        assert answer.status_code == 422
        page = read(answer)
        assert page.one("p", class_="field-error").words == "You have a view named failures already."
        assert page.one("input", id="id_name")["value"] == "failures "
        assert SavedView.everywhere.count() == 1

    @pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
    def test_a_name_that_is_none_or_too_long(self, save, alice, name):
        answer = save(alice, name)
        assert answer.status_code == 422
        assert "aria-invalid" in read(answer).one("input", id="id_name")

    @pytest.mark.parametrize("query", ["", "page=2", "state=nonsense", "x" * 5_000])
    def test_filters_that_are_none(self, save, alice, query):
        answer = save(alice, "Everything", query)
        assert answer.status_code == 422
        assert "Filter or sort the list first" in read(answer).one("main").one("div", class_="note-danger").words

    def test_more_than_thirty(self, save, kept, alice, bob):
        for number in range(services.AT_MOST):
            kept(alice, f"View {number}")
        assert (
            "You have 30 views of this list"
            in read(save(alice, "One more")).one("main").one("div", class_="note-danger").words
        )
        assert save(bob, "One more").status_code == 302

    def test_what_no_filter_knows_is_not_kept(self, save, alice):
        save(alice, "Failures", "state=failed&at=place&next=//evil.example&who=nonsense")
        assert SavedView.everywhere.get().query == "state=failed"


class TestSharing:
    """Operators share, readers keep views of their own."""

    def test_a_shared_one_is_seen_by_the_members_of_the_tenant_with_its_owner_s_name(self, kept, menu, alice, bob):
        kept(alice, "Failures", shared=True)
        assert menu(bob) == ["Failures Alice"]
        assert menu(alice) == ["Failures shared"]

    def test_sharing_and_taking_it_back(self, kept, menu, signed_in, alice, bob):
        view = kept(alice, "Failures")
        browser = signed_in(alice)
        assert menu(bob) == []
        browser.post(f"{VIEWS}{view.pk}/sharing/")
        assert menu(bob) == ["Failures Alice"]
        browser.post(f"{VIEWS}{view.pk}/privacy/")
        assert menu(bob) == []
        assert menu(alice) == ["Failures"]

    def test_it_can_be_shared_as_it_is_saved(self, save, menu, alice, bob):
        save(alice, "Failures", is_shared="on")
        assert menu(bob) == ["Failures Alice"]

    def test_a_reader_keeps_own_ones_is_told_why_not_to_share_and_is_refused_ux_36(
        self, save, menu, signed_in, bob, alice
    ):
        save(bob, "Mine", is_shared="on")
        assert menu(bob) == ["Mine"]
        assert menu(alice) == []
        page = read(signed_in(bob).get(VIEWS))
        assert "To share saved views you need to be" in page.one("p", class_="lead").words
        assert [button.words for button in page.one("tbody").every("button")] == []
        assert signed_in(bob).post(f"{VIEWS}{SavedView.everywhere.get().pk}/sharing/").status_code == 403

    def test_two_shared_ones_never_have_one_name(self, kept, signed_in, olivia, alice):
        kept(olivia, "Failures", shared=True)
        mine = kept(alice, "failures")
        answer = signed_in(alice).post(f"{VIEWS}{mine.pk}/sharing/")
        assert answer.status_code == 422
        assert (
            "Somebody shares a view named failures here."
            in read(answer).one("main").one("div", class_="note-danger").words
        )
        assert not SavedView.everywhere.get(pk=mine.pk).is_shared

    def test_what_others_share_is_opened_but_not_changed(self, kept, signed_in, alice, bob):
        view = kept(alice, "Failures", shared=True)
        browser = signed_in(bob)
        assert browser.get(f"{VIEWS}{view.pk}/").status_code == 302
        asked = [browser.get(f"{VIEWS}{view.pk}/{verb}/") for verb in ("name", "deletion")]
        asked += [browser.post(f"{VIEWS}{view.pk}/{verb}/") for verb in ("name", "deletion", "sharing", "privacy")]
        assert {answer.status_code for answer in asked} == {404}

    def test_who_manages_members_stops_the_sharing_of_somebody_who_left(self, kept, signed_in, menu, alice, olivia):
        view = kept(alice, "Failures", shared=True)
        assert signed_in(olivia).post(f"{VIEWS}{view.pk}/privacy/").status_code == 302
        assert menu(olivia) == []
        assert menu(alice) == ["Failures"]


class TestRenamingAndDeleting:
    def test_a_new_name_leaves_its_address(self, kept, menu, signed_in, alice):
        view = kept(alice, "Failures")
        browser = signed_in(alice)
        assert read(browser.get(f"{VIEWS}{view.pk}/name/")).one("input", id="id_name")["value"] == "Failures"
        browser.post(f"{VIEWS}{view.pk}/name/", {"name": "  What  failed "})
        assert menu(alice) == ["What failed"]
        assert browser.get(f"{VIEWS}{view.pk}/").status_code == 302

    def test_a_name_that_is_taken_is_refused_ux_35(self, kept, signed_in, alice):
        kept(alice, "Failures")
        view = kept(alice, "Others")
        answer = signed_in(alice).post(f"{VIEWS}{view.pk}/name/", {"name": "FAILURES"})
        assert answer.status_code == 422
        page = read(answer)
        assert page.one("h1").words == "Rename Others"
        assert page.one("p", class_="field-error").words == "You have a view named FAILURES already."

    def test_deleting_asks_first_and_takes_the_view_alone_ux_33(self, kept, signed_in, alice, contoso, now):
        queued(contoso, alice, now)
        view = kept(alice, "Failures")
        browser = signed_in(alice)
        page = read(browser.get(f"{VIEWS}{view.pk}/deletion/"))
        assert page.one("h1").words == "Delete the view Failures?"
        assert page.one("main").one("button").words == "Delete view"
        browser.post(f"{VIEWS}{view.pk}/deletion/")
        assert not SavedView.everywhere.exists()
        assert browser.get(f"{VIEWS}{view.pk}/").status_code == 404


class TestWhoseItIs:
    """SEC-02, SEC-03: what is not yours is not there."""

    @pytest.mark.parametrize("who", ["bob", "olivia", "charlie"])
    def test_somebody_else_s_own_view_is_not_found_and_not_listed(self, kept, menu, signed_in, request, alice, who):
        view = kept(alice, "Secret plans")
        browser = signed_in(request.getfixturevalue(who))
        assert browser.get(f"{VIEWS}{view.pk}/").status_code == 404
        assert b"Secret plans" not in browser.get(VIEWS).content

    def test_a_view_of_another_tenant_is_not_found_under_ones_own(self, kept, signed_in, olivia, contoso, fabrikam):
        view = kept(olivia, "Failures", shared=True)
        elsewhere = "/admin/t/fabrikam/operations/views/"
        assert signed_in(olivia).get(f"{elsewhere}{view.pk}/").status_code == 404
        assert "Failures" not in signed_in(olivia).get(elsewhere).text

    def test_who_lost_the_tenant_lost_its_views(self, kept, signed_in, alice, contoso):
        view = kept(alice, "Failures")
        TenantMember.everywhere.filter(user=alice).delete()
        assert signed_in(alice).get(f"{VIEWS}{view.pk}/").status_code == 404

    def test_the_database_refuses_a_view_that_points_into_another_workspace(self, alice, contoso, now):
        other = Workspace.objects.create(slug="other", name="Other")
        facts = {"list_name": "runs", "name": "x", "query": "state=failed", "created_at": now}
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.everywhere.create(workspace=other, tenant=contoso, owner=alice, **facts)


class TestAcrossTenants:
    """The list of all tenants has views of its own, kept in a workspace."""

    def test_they_are_other_views_than_those_of_a_tenant(self, save, menu, alice, contoso):
        assert save(alice, "Failures", at=f"{ACROSS}views/").headers["Location"] == f"{ACROSS}?state=failed"
        assert menu(alice, ACROSS) == ["Failures"]
        assert menu(alice) == []

    def test_shared_ones_are_read_by_those_with_a_role_in_the_workspace_alone_sec_02(
        self, kept, menu, signed_in, olivia, alice, fabrikam, northwind
    ):
        """They may name any tenant of it."""
        reader = User.objects.create_user("rita@northwind.example", "correct horse battery", display_name="Rita")
        WorkspaceMember.everywhere.create(workspace=northwind, user=reader, role=Role.READONLY)
        view = kept(olivia, "Fabrikam's failures", "state=failed&tenant=fabrikam", shared=True, tenant=None)
        assert menu(reader, ACROSS) == ["Fabrikam's failures Olivia"]
        assert menu(alice, ACROSS) == []
        assert signed_in(alice).get(f"{ACROSS}views/{view.pk}/").status_code == 404

    def test_a_member_of_a_single_tenant_may_not_share_with_the_workspace(self, kept, signed_in, alice):
        view = kept(alice, "Mine", tenant=None)
        page = read(signed_in(alice).get(f"{ACROSS}views/"))
        assert "To share views here you need to be" in page.one("p", class_="lead").words
        assert signed_in(alice).post(f"{ACROSS}views/{view.pk}/sharing/").status_code == 403

    def test_who_is_in_two_workspaces_says_in_which_it_is_kept(self, save, signed_in, olivia, northwind, contoso):
        other = Workspace.objects.create(slug="other", name="Other")
        WorkspaceMember.everywhere.create(workspace=other, user=olivia, role=Role.READONLY)
        offered = read(signed_in(olivia).get(f"{ACROSS}?state=failed")).one("select", id="view-workspace")
        assert [option.words for option in offered.every("option")] == ["Northwind MSP", "Other"]
        save(olivia, "There", at=f"{ACROSS}views/", workspace=other.pk, is_shared="on")
        view = SavedView.everywhere.get()
        assert (view.workspace, view.is_shared) == (other, False)

    def test_a_workspace_of_somebody_else_is_refused_sec_03(self, save, alice):
        theirs = Workspace.objects.create(slug="theirs", name="Theirs")
        save(alice, "There", at=f"{ACROSS}views/", workspace=theirs.pk)
        assert not SavedView.everywhere.filter(workspace=theirs).exists()


def test_the_page_of_views_offers_just_what_may_be_done_with_each_ux_36(kept, signed_in, alice, bob, olivia):
    kept(alice, "Mine")
    kept(alice, "Shown", shared=True)
    kept(bob, "Quiet")
    kept(olivia, "Hers", shared=True)
    offered = {}
    for who in (alice, bob, olivia):
        rows = read(signed_in(who).get(VIEWS)).one("tbody").every("tr")
        offered[who] = {row.one("th").words: row.every("td")[-1].words for row in rows}
    assert offered[alice] == {
        "Mine": "Share Mine Rename Mine Delete Mine",
        "Shown": "Stop sharing Shown Rename Shown Delete Shown",
        "Hers": "",
    }
    assert offered[bob] == {"Quiet": "Rename Quiet Delete Quiet", "Hers": "", "Shown": ""}
    assert offered[olivia] == {"Hers": "Stop sharing Hers Rename Hers Delete Hers", "Shown": "Stop sharing Shown"}


def test_every_change_is_in_the_audit_log_with_its_actor_once(kept, signed_in, alice, contoso):
    view = kept(alice, "Failures")
    browser = signed_in(alice)
    for _twice in range(2):
        browser.post(f"{VIEWS}{view.pk}/sharing/")
    browser.post(f"{VIEWS}{view.pk}/name/", {"name": "What failed"})
    for _twice in range(2):
        browser.post(f"{VIEWS}{view.pk}/privacy/")
    browser.post(f"{VIEWS}{view.pk}/deletion/")
    entries = AuditLog.objects.filter(target_type="saved_view", target_id=str(view.pk)).order_by("pk")
    assert [(entry.action, entry.actor_name, entry.tenant_id) for entry in entries] == [
        (f"view.{verb}", "Alice", contoso.pk) for verb in ("created", "shared", "renamed", "unshared", "deleted")
    ]
    assert entries[2].before == {"name": "Failures"}


def test_the_list_keeps_its_budget_with_many_views_and_the_page_of_views_too_ux_21(kept, signed_in, alice, olivia, now):
    for number in range(12):
        kept(alice, f"Mine {number}", shared=number % 2 == 0)
        kept(olivia, f"Theirs {number}", shared=True)
    ended(Tenant.everywhere.get(slug="contoso"), alice, now + timedelta(seconds=1))
    browser = signed_in(alice)
    for address in (LISTED, VIEWS, f"{ACROSS}views/", ACROSS):
        with at_most_queries(12):
            assert browser.get(address).status_code == 200


def test_a_view_s_own_address_names_the_plane_it_is_of(alice, contoso):
    assert reverse("saved-view", args=["contoso", 7]) == f"{VIEWS}7/"
    assert reverse("workspace-saved-view", args=[7]) == f"{ACROSS}views/7/"
