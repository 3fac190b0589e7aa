"""Coming in: password, demo links, and the start page (UX-35)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenantpilot.tenancy.models import TenantMember
from tenantpilot.web.sign_in import links
from tests.web.html import read

PASSWORD = "correct horse battery"


@pytest.fixture
def sign_in(client):
    return lambda **fields: client.post(reverse("account_login"), fields)


def test_a_wrong_password_says_so_in_the_form_and_keeps_what_was_typed_ux_35(sign_in, alice):
    page = read(sign_in(login=alice.email, password="wrong"))
    assert page.one("div", role="alert").words == "The email address and/or password you specified are not correct."
    assert page.one("input", name="login")["value"] == alice.email
    assert "value" not in page.one("input", name="password")


def test_an_unknown_person_gets_the_same_answer(sign_in, alice):
    stranger = read(sign_in(login="nobody@contoso.example", password="wrong")).one("div", role="alert").words
    known = read(sign_in(login=alice.email, password="wrong")).one("div", role="alert").words
    assert stranger == known


def test_what_is_missing_is_said_at_the_field_and_linked_from_the_summary_ux_35(sign_in, db):
    page = read(sign_in(login="", password=""))
    field = page.one("input", name="login")
    assert field["aria-invalid"] == "true"
    assert page.one("p", id=field["aria-describedby"]).words == "This field is required."
    assert page.one("div", role="alert").every("a")[0]["href"] == f"#{field['id']}"


def test_the_right_password_leads_to_the_page_that_was_asked_for(sign_in, alice):
    answer = sign_in(login=alice.email.upper(), password=PASSWORD, next="/admin/t/contoso/inventory/")
    assert answer.headers["Location"] == "/admin/t/contoso/inventory/"


def test_nobody_is_led_to_another_site(sign_in, alice):
    assert sign_in(login=alice.email, password=PASSWORD, next="https://evil.example/").headers["Location"] == "/"


class TestSessionThatEnded:
    """Who is sent here from the middle of something is told why."""

    ENDED = "Your session has ended. Sign in to go on where you were."

    def sent_to(self, answer):
        return read(Client().get(answer.headers.get("HX-Redirect") or answer.headers["Location"]))

    def test_is_told_where_a_cookie_of_it_is_left(self, signed_in, alice):
        browser = signed_in(alice)
        Session.objects.all().delete()
        page = self.sent_to(browser.get("/admin/t/contoso/"))
        assert page.one("p", class_="note-warning").words == self.ENDED

    def test_is_told_on_a_page_that_was_open(self, client, contoso):
        page = self.sent_to(client.get("/admin/activity/", headers={"HX-Request": "true"}))
        assert page.one("p", class_="note-warning").words == self.ENDED

    def test_says_of_a_form_that_nothing_was_done(self, client, contoso):
        page = self.sent_to(client.post("/admin/t/contoso/inventory/syncs/"))
        assert page.one("p", class_="note-warning").words == f"{self.ENDED} What you just sent was not done."

    def test_is_not_told_to_who_comes_for_the_first_time(self, client, contoso):
        assert not self.sent_to(client.get("/admin/t/contoso/")).every("p", class_="note-warning")


class TestStartPage:
    @pytest.mark.parametrize(
        ("person", "leads_to"), [("alice", "/admin/t/contoso/"), ("olivia", "/admin/"), ("pat", "/system/")]
    )
    def test_leads_where_the_person_works(self, signed_in, contoso, fabrikam, request, person, leads_to):
        assert signed_in(request.getfixturevalue(person)).get("/").headers["Location"] == leads_to

    def test_tells_who_is_a_member_of_nothing_who_can_help_ux_40(self, signed_in, alice):
        TenantMember.everywhere.all().delete()
        page = read(signed_in(alice).get("/"))
        assert "An owner of a workspace or tenant can add you" in page.one("main").words
        assert page.one("h1").words == "No tenant yet"


class TestLinks:
    """For the people of the demo: for a while, and only where it is a demo."""

    def test_signs_the_person_in(self, client, alice, settings):
        settings.DEMO_SIGN_IN_LINKS = True
        assert client.get(links.path_for(alice), follow=True).wsgi_request.user == alice

    def test_works_in_a_second_browser_as_well(self, client, alice, settings):
        settings.DEMO_SIGN_IN_LINKS = True
        path = links.path_for(alice)
        client.get(path)
        assert Client().get(path, follow=True).wsgi_request.user == alice

    def test_expires(self, client, alice, settings, monkeypatch):
        settings.DEMO_SIGN_IN_LINKS = True
        path = links.path_for(alice)
        late = timezone.now() + links.LASTS + timedelta(minutes=1)
        monkeypatch.setattr(signing.time, "time", late.timestamp)
        spent = client.get(path)
        assert spent.status_code == 410
        assert read(spent).one("h1").words == "Link no longer valid"

    def test_is_not_found_outside_of_the_demo(self, client, alice, settings):
        settings.DEMO_SIGN_IN_LINKS = False
        assert client.get(links.path_for(alice)).status_code == 404

    @pytest.mark.parametrize(
        "forge",
        [
            lambda: "x",
            lambda: signing.dumps([1, ""], salt="another"),
            lambda: signing.dumps("no", salt=f"{links.SALT}."),
        ],
        ids=["nonsense", "other salt", "other shape"],
    )
    def test_that_we_did_not_make_is_spent(self, client, alice, settings, forge):
        settings.DEMO_SIGN_IN_LINKS = True
        token = forge()
        assert client.get(reverse("sign-in-link", args=[token])).status_code == 410

    def test_dies_with_the_demo_that_made_it(self, client, alice, settings):
        settings.DEMO_SIGN_IN_LINKS, settings.DEMO_RUN = True, "this one"
        path = links.path_for(alice)
        settings.DEMO_RUN = "the next"
        assert client.get(path).status_code == 410

    def test_of_a_person_who_was_switched_off_is_spent(self, client, alice, settings):
        settings.DEMO_SIGN_IN_LINKS = True
        path = links.path_for(alice)
        alice.is_active = False
        alice.save()
        assert client.get(path).status_code == 410
