"""One's own account: where one is signed in, and signing out elsewhere (SEC-08)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.tenancy import recovery
from tests.people import PASSWORD
from tests.web.html import read

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.fixture
def two_browsers(come_from, sign_in, alice):
    here, there = come_from("192.0.2.1"), come_from("192.0.2.2")
    here.defaults["HTTP_USER_AGENT"], there.defaults["HTTP_USER_AGENT"] = FIREFOX, EDGE
    for browser in (here, there):
        assert sign_in(browser, alice.email, PASSWORD).status_code == 302
    return here, there


def sessions(browser) -> list[str]:
    rows = read(browser.get(reverse("mfa_index"))).one("tbody").every("tr")
    return [row.one("th").words for row in rows]


def test_each_device_is_listed_by_what_it_is(two_browsers):
    here, _there = two_browsers
    assert sessions(here) == ["Edge on Windows", "Firefox on Linux"]
    assert "This device" in here.get(reverse("mfa_index")).content.decode()


def test_signing_out_everywhere_else_ends_sessions_that_nobody_listed_too(two_browsers, signed_in, alice, actions):
    here, there = two_browsers
    unlisted = signed_in(alice)
    here.post(reverse("end-other-sessions"))
    assert [browser.get("/admin/").status_code for browser in (here, there, unlisted)] == [200, 302, 302]
    assert sessions(here) == ["Firefox on Linux"]
    assert actions()[-1] == "person.sessions_ended"


def test_one_device_is_signed_out_and_nobody_elses(two_browsers, come_from, sign_in, bob):
    here, there = two_browsers
    forms = [form["action"] for form in read(here.get(reverse("mfa_index"))).one("tbody").every("form")]
    stranger = come_from("192.0.2.3")
    sign_in(stranger, bob.email, PASSWORD)
    assert stranger.post(forms[0]).status_code == 404
    assert there.get("/admin/").status_code == 200
    here.post(forms[0])
    assert [browser.get("/admin/").status_code for browser in (here, there)] == [200, 302]


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one_in_the_list(two_browsers):
    here, there = two_browsers
    new = "another long secret"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert there.get("/admin/").status_code == 302
    assert sessions(here) == ["Firefox on Linux"]


def test_sec_08_a_recovery_link_ends_when_the_person_changes_the_password(signed_in, client, alice):
    link = recovery.make_link(alice, removes_second_factor=True, actor=None, now=timezone.now())
    new = "another long secret"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert signed_in(alice).post(reverse("account_change_password"), fields).status_code == 302
    assert client.get(reverse("recover", args=[link.token])).status_code == 410


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", '"x"', "null", '{"id": "a", "response": {}}', "not json", '{"response": 1}']
)
def test_an_answer_of_a_passkey_that_is_none_breaks_nothing(come_from, sign_in, alice, settings, answer):
    settings.ALLOWED_HOSTS = ["localhost"]
    browser = come_from("192.0.2.1")
    browser.defaults["SERVER_NAME"] = "localhost"
    sign_in(browser, alice.email, PASSWORD)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"})
    browser.get(reverse("mfa_add_webauthn"))
    page = browser.post(reverse("mfa_add_webauthn"), {"credential": answer, "name": "Key"})
    assert page.status_code == 200
    assert "note-danger" in page.content.decode()
