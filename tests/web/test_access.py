"""What strangers, members and the lost session see (SEC-01 to SEC-03, UX-43, UX-44)."""

from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.urls import reverse
from structlog.contextvars import get_contextvars

from tenantpilot.audit.models import AuditLog
from tenantpilot.web.frame.middleware import RequestIdMiddleware
from tests.web.html import read
from tests.web.kit import SCRIPT, ended, policy, queued


@pytest.fixture
def found(contoso, alice, now):
    return {"policy": policy(contoso, "Secret plans", now), "run": queued(contoso, alice, now)}


def test_a_stranger_gets_the_same_404_for_what_exists_and_what_does_not_sec_02(signed_in, charlie, contoso):
    browser = signed_in(charlie)
    there, nowhere = browser.get("/admin/t/contoso/"), browser.get("/admin/t/no-such-tenant/")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert words_of(there) == words_of(nowhere)
    assert "Contoso" not in there.content.decode()


def test_an_id_of_another_tenant_is_404_even_for_a_member_of_both_sec_03(signed_in, olivia, fabrikam, found):
    browser = signed_in(olivia)
    assert browser.get(reverse("policy", args=["fabrikam", found["policy"].pk])).status_code == 404
    assert browser.get(reverse("operation-run", args=["fabrikam", found["run"].pk])).status_code == 404
    assert browser.post(reverse("cancel-operation-run", args=["fabrikam", found["run"].pk])).status_code == 404
    assert browser.post(reverse("run-again", args=["fabrikam", found["run"].pk])).status_code == 404


def test_search_lists_and_filters_give_a_stranger_no_hint_sec_02(signed_in, charlie, found):
    browser = signed_in(charlie)
    pages = [
        browser.get(reverse("search"), {"q": "secret"}),
        browser.get(reverse("workspace")),
        browser.get(reverse("workspace-operations")),
        browser.get(reverse("activity")),
        browser.get(reverse("notifications")),
    ]
    assert all(page.status_code == 200 for page in pages)
    assert not any(hint in page.content.decode() for page in pages for hint in ("Contoso", "contoso", "Secret plans"))


def test_notifications_of_a_tenant_vanish_with_the_membership_sec_02(signed_in, alice, charlie, fabrikam, contoso, now):
    ended(contoso, charlie, now)
    browser = signed_in(charlie)
    assert "Inventory sync completed" not in browser.get(reverse("notifications")).content.decode()
    assert "bell-count" not in browser.get(reverse("notifications")).content.decode()


def test_a_reader_is_refused_with_what_to_ask_for_sec_02(signed_in, bob, contoso):
    answer = signed_in(bob).get(reverse("tenant-audit", args=["contoso"]))
    assert answer.status_code == 403
    assert "Reader" in read(answer).one("main").words


def test_a_refusal_by_script_is_the_same_words_as_a_fragment_ux_35(signed_in, bob, contoso):
    answer = signed_in(bob).post(reverse("start-inventory-sync", args=["contoso"]), headers=SCRIPT)
    assert answer.status_code == 403
    assert "<html" not in answer.content.decode()
    assert "To sync the inventory" in read(answer).words


def test_error_pages_keep_the_frame_and_show_the_reference_of_the_log_ux_44(signed_in, alice):
    answer = signed_in(alice).get("/admin/t/nowhere/")
    page = read(answer)
    assert page.one("nav", class_="side").every("a")
    assert page.one("main").one("code").words == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("offered", ["ref-12345678", "short", "<script>alert(1)</script>", "x" * 65, "a" * 32])
def test_a_reference_that_was_sent_stands_in_nothing_that_is_kept(signed_in, bob, contoso, offered):
    """SEC-08: a stranger lays no wrong trail."""
    answer = signed_in(bob).post(reverse("account_logout"), headers={"X-Request-ID": offered})
    assert answer.headers["X-Request-ID"] not in ("", offered)
    assert {entry.request_id for entry in AuditLog.objects.all()} == {answer.headers["X-Request-ID"]}


@pytest.mark.parametrize(
    ("offered", "logged"), [("ref-12345678", {"sent_request_id": "ref-12345678"}), ("short", {}), ("<script>1234", {})]
)
def test_a_plain_reference_that_was_sent_stands_beside_ours_in_log_lines(rf, offered, logged):
    """So that the lines of a proxy can be found by ours."""
    bound = []
    middleware = RequestIdMiddleware(lambda request: bound.append(get_contextvars()) or HttpResponse())
    middleware(rf.get("/", headers={"X-Request-ID": offered}))
    assert bound == [logged]
    assert get_contextvars() == {}


def test_a_bug_shows_no_trace_and_keeps_the_frame_ux_44(signed_in, alice, contoso, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("tenantpilot.web.overview.views.figures_by_type", broken)
    browser = signed_in(alice)
    browser.raise_request_exception = False
    answer = browser.get(reverse("tenant-overview", args=["contoso"]))
    assert answer.status_code == 500
    assert "hunter2" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert read(answer).one("nav", class_="side").every("a")


def test_a_database_that_is_away_gives_the_same_words_without_the_frame_ux_44(signed_in, alice, monkeypatch):
    def away(*_: object) -> None:
        raise RuntimeError

    browser = signed_in(alice)
    browser.raise_request_exception = False
    monkeypatch.setattr("tenantpilot.web.workspace.views.with_state", away)
    monkeypatch.setattr("tenantpilot.web.frame.context.activity_of", away)
    answer = browser.get(reverse("workspace"))
    assert answer.status_code == 500
    assert read(answer).one("h1").words == "Something failed"


def test_who_is_not_signed_in_comes_back_to_the_page_ux_43(client, contoso):
    address = "/admin/t/contoso/inventory/?platform=windows"
    assert client.get(address).headers["Location"] == f"/auth/login/?next={quote(address, safe='/')}"


def test_a_script_is_told_to_go_to_the_sign_in_page_and_back_ux_43(client, db):
    here = {**SCRIPT, "HX-Current-URL": "http://testserver/admin/t/contoso/?tab=runs"}
    answer = client.get(reverse("activity"), headers=here)
    assert answer.status_code == 401
    assert (
        answer.headers["HX-Redirect"] == f"/auth/login/?next={quote('/admin/t/contoso/?tab=runs', safe='/')}&ended=page"
    )


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client, contoso):
    before = "/admin/t/contoso/inventory/"
    here = {"Referer": f"http://testserver{before}"}
    answer = client.post(reverse("start-inventory-sync", args=["contoso"]), headers=here)
    assert answer.headers["Location"] == f"/auth/login/?next={quote(before, safe='/')}&ended=form"


def test_a_form_without_its_token_says_what_to_do(alice, contoso):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="tenantpilot.web.sign_in.backend.AddressBackend")
    answer = browser.post(reverse("start-inventory-sync", args=["contoso"]))
    assert answer.status_code == 403
    assert "reload the page" in read(answer).one("main").words


def words_of(answer):
    page = read(answer)
    return page.one("h1").words, [text.words for text in page.one("div", class_="error-page").every("p")][:2]
