"""Nobody takes an account, an address or a role that is not theirs (SEC-07, SEC-09)."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.urls import reverse
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tenantpilot.tenancy.models import TenantMember, User
from tests.people import PASSWORD

pytestmark = pytest.mark.contract

THEIRS = "newhire@contoso.example"


@pytest.fixture
def tenantpilot(database):
    return lambda *arguments, stdin="": CliRunner().invoke(app, list(arguments), input=stdin)


@pytest.mark.parametrize("fields", [{"email": THEIRS, "action_add": ""}, {"email": THEIRS, "action_primary": ""}])
def test_sec_09_the_first_step_of_taking_an_address_is_not_there(signed_in, alice, fields):
    browser = signed_in(alice)
    before = alice.email
    for place in ("/auth/email/", "/auth/confirm-email/", "/auth/signup/"):
        assert browser.post(place, fields).status_code == 404
        assert browser.get(place).status_code == 404
    alice.refresh_from_db()
    assert alice.email == before
    assert not EmailAddress.objects.exists()


def test_sec_09_a_role_goes_to_the_person_that_was_named_and_the_shell_prints_who_that_is(tenantpilot, contoso, alice):
    """The reproduction to its end: the new person exists once, and whoever gives the role sees since when."""
    assert tenantpilot("add", "person", THEIRS, "--name", "Nell", stdin=f"{PASSWORD}x\n").exit_code == 0
    given = tenantpilot("add", "member", THEIRS, "--tenant", "contoso", "--role", "owner")
    newcomer = User.objects.of_address(THEIRS)
    assert newcomer is not None
    assert newcomer.display_name == "Nell"
    assert f"person {newcomer.pk}, Nell, since {newcomer.created_at:%Y-%m-%d %H:%M}" in " ".join(given.output.split())
    assert not TenantMember.everywhere.filter(user=alice, role="owner").exists()


@pytest.mark.parametrize(
    "spelling",
    ["ALICE@Contoso.Example", " alice@contoso.example ", "ａlice@contoso.example", "alice＠contoso.example"],
)
def test_sec_09_another_spelling_of_an_address_is_the_same_person(tenantpilot, client, sign_in, alice, spelling):
    """In small or large letters, full width: at the sign-in, and for whoever adds a person."""
    again = tenantpilot("add", "person", spelling, "--name", "Second", stdin=f"{PASSWORD}x\n")
    assert again.exit_code == 1
    assert User.objects.of_address(spelling) == alice
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "likeness", ["аlice@contoso.example", "alıce@contoso.example", "alice@contoso.example@x.example"]
)
def test_sec_09_an_address_that_only_looks_like_another_is_refused(tenantpilot, alice, likeness):
    """Cyrillic letters, a dotless i: nobody could tell the two apart."""
    assert tenantpilot("add", "person", likeness, "--name", "Second", stdin=f"{PASSWORD}x\n").exit_code == 1
    assert User.objects.of_address(likeness) is None
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "kept"), [("ſam@x.example", "sam@x.example"), ("\u212aim@x.example", "kim@x.example")]
)
def test_sec_09_letters_that_fold_to_others_are_kept_as_those(db, typed, kept):
    """A long s, the sign of Kelvin: databases compare them each in its own way, we compare what is kept."""
    person = User.objects.create_user(typed, PASSWORD, display_name="S")
    assert person.email == kept
    assert User.objects.of_address(kept) == User.objects.of_address(typed) == person


def test_sec_09_a_row_in_the_librarys_table_of_addresses_lets_nobody_in(client, sign_in, alice, bob):
    """Rows of before the pages were gone: of another's address, verified and primary, and the same one twice."""
    EmailAddress.objects.create(user=bob, email=alice.email, verified=True, primary=True)
    EmailAddress.objects.create(user=bob, email="free@contoso.example", verified=True)
    bob.set_password("of bob alone and long")
    bob.save()
    for address in (alice.email, "free@contoso.example"):
        assert sign_in(client, address, "of bob alone and long").status_code == 200
    assert sign_in(client, bob.email, "of bob alone and long").status_code == 302


def test_sec_09_the_session_of_a_removed_person_is_nobodys(client, sign_in, alice, contoso):
    sign_in(client, alice.email, PASSWORD)
    assert client.get("/admin/t/contoso/").status_code == 200
    alice.delete()
    assert User.objects.create_user("after@contoso.example", PASSWORD, display_name="After").pk != alice.pk
    for place in ("/admin/t/contoso/", "/admin/", "/admin/activity/", reverse("mfa_index")):
        answer = client.get(place)
        assert (answer.status_code, "/auth/login/" in answer.headers["Location"]) == (302, True), place


def test_sec_09_the_session_of_a_person_who_is_switched_off_ends(tenantpilot, client, sign_in, alice, contoso):
    sign_in(client, alice.email, PASSWORD)
    assert tenantpilot("person", "switch-off", alice.email).exit_code == 0
    assert client.get("/admin/t/contoso/").status_code == 302
    answer = sign_in(client, alice.email, PASSWORD)
    assert answer.headers["Location"] == reverse("account_inactive")
    assert client.get("/admin/t/contoso/").status_code == 302


def test_a_new_password_ends_the_sessions_of_others_and_not_ones_own(client, come_from, sign_in, alice):
    elsewhere = come_from("192.0.2.9")
    for browser in (client, elsewhere):
        sign_in(browser, alice.email, PASSWORD)
    fields = {"oldpassword": PASSWORD, "password1": "another long secret", "password2": "another long secret"}
    assert client.post(reverse("account_change_password"), fields).status_code == 302
    assert client.get(reverse("mfa_index")).status_code == 200
    assert elsewhere.get(reverse("mfa_index")).status_code == 302
    assert Session.objects.count() >= 1


def test_no_page_of_an_account_promises_mail(signed_in, client, alice):
    """Nothing is ever sent from here."""
    browser = signed_in(alice)
    pages = [client.get(reverse("account_login"))]
    pages += [browser.get(reverse(name)) for name in ("mfa_index", "account_change_password", "account_reauthenticate")]
    for page in pages:
        assert page.status_code == 200
        words = page.content.decode().lower()
        assert not any(promise in words for promise in ("forgot your password", "sent you", "we will send", "reset"))


def test_who_has_no_password_is_told_so(signed_in, alice):
    alice.set_unusable_password()
    alice.save()
    page = signed_in(alice).get(reverse("account_change_password"))
    assert "You have no password" in page.content.decode()
