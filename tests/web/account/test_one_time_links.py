"""The pages behind one-time links: looking spends nothing, and a stranger is told nothing (SEC-09)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.tenancy import invitations, recovery
from tenantpilot.tenancy.models import User, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tests.people import PASSWORD
from tests.web.account.codes import code_of
from tests.web.html import read

pytestmark = pytest.mark.contract

SECRET = "a long and fine secret"
NADIA = {"name": "Nadia", "password": SECRET, "again": SECRET}


@pytest.fixture
def link_to(northwind, olivia):
    """link_to("nadia@x.example") answers the path of an invitation to be a manager of Northwind."""

    def make(email):
        invited = invitations.invite(
            workspace=northwind, tenant=None, email=email, role=Role.MANAGER, actor=olivia, now=timezone.now()
        )
        return reverse("accept-invitation", args=[invited.token])

    return make


@pytest.fixture
def setup_path(database):
    return reverse("set-up", args=[recovery.make_setup_link(now=timezone.now()).token])


def test_the_first_owner_comes_in_by_the_set_up_link_and_finds_people(client, setup_path):
    assert read(client.get(setup_path)).one("h1").words == "Set up TenantPilot"
    done = client.post(setup_path, NADIA | {"workspace": "Müller & Söhne", "email": "Nadia@X.example"})
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert "nadia@x.example" in client.get(reverse("people")).content.decode()
    assert client.get(reverse("system-health")).status_code == 200
    assert WorkspaceMember.everywhere.get().workspace.slug == "muller-sohne"
    assert client.get(setup_path).status_code == 410


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"again": "another"}, "differ"),
        ({"password": "short", "again": "short"}, "at least 12"),
        ({"password": "nadia@x.example", "again": "nadia@x.example"}, "too similar"),
        ({"email": "nobody"}, "Write an address"),
        ({"workspace": "\u202eevil"}, "cannot be shown"),
        ({"name": " "}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_is_not_spent(client, setup_path, wrong, words):
    facts = NADIA | {"workspace": "Northwind", "email": "nadia@x.example"}
    refused = client.post(setup_path, facts | wrong)
    assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert not User.objects.exists()
    assert client.post(setup_path, facts).status_code == 302


def test_an_invitation_is_looked_at_twice_and_used_once(client, come_from, link_to, northwind):
    path = link_to("nadia@x.example")
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    assert client.post(path, NADIA).status_code == 302
    assert client.get(reverse("workspace")).status_code == 200
    assert come_from("192.0.2.1").post(path, NADIA).status_code == 410
    nadia = User.objects.get(email="nadia@x.example")
    assert WorkspaceMember.everywhere.get(user=nadia).role == "manager"


def test_who_has_an_account_signs_in_first_and_comes_back(client, link_to, sign_in, charlie, northwind):
    path = link_to(charlie.email)
    page = read(client.get(path))
    assert client.post(path, NADIA).status_code == 200
    assert User.objects.filter(email=charlie.email).count() == 1
    address = page.one("a", class_="btn")["href"]
    done = client.post(address, {"login": charlie.email, "password": PASSWORD, "next": path})
    assert done.headers["Location"] == path
    assert read(client.get(path)).one("h1").words == "Join Northwind MSP ?"
    client.post(path)
    assert WorkspaceMember.everywhere.get(user=charlie).role == "manager"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_person_with_another_address_is_told_neither_which_nor_where(signed_in, charlie, link_to, method):
    answer = getattr(signed_in(charlie), method)(link_to("nadia@x.example"))
    assert answer.status_code == 403
    assert not any(word in answer.content.decode() for word in ("nadia", "Northwind", "Manager"))
    assert not WorkspaceMember.everywhere.filter(user=charlie).exists()


def test_every_link_that_opens_nothing_reads_the_same(client, link_to, alice, olivia):
    path = link_to("nadia@x.example")
    invitations.withdraw(
        invitations.of_token(path.split("/")[-2], now=timezone.now()), actor=olivia, now=timezone.now()
    )
    paths = [path, *(reverse(name, args=["77-forged"]) for name in ("accept-invitation", "recover", "set-up"))]
    pages = [client.get(path) for path in paths]
    assert {page.status_code for page in pages} == {410}
    assert len({read(page).one("main").words for page in pages}) == 1


def test_a_lost_password_and_device_are_replaced_and_every_session_ends(client, come_from, sign_in, alice, olivia):
    sign_in(client, alice.email, PASSWORD)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    seed = read(client.get(reverse("mfa_activate_totp"))).one("code").words
    client.post(reverse("mfa_activate_totp"), {"code": code_of(seed)})
    link = recovery.make_link(alice, removes_second_factor=True, actor=olivia, now=timezone.now())
    path, elsewhere = reverse("recover", args=[link.token]), come_from("192.0.2.9")
    assert client.get("/admin/").status_code == 200, "until it is used nothing changes"
    assert "second factor is removed" in elsewhere.get(path).content.decode()
    done = elsewhere.post(path, {"password": SECRET, "again": SECRET})
    assert done.headers["Location"] == reverse("account_login")
    assert client.get("/admin/").status_code == 302
    assert sign_in(elsewhere, alice.email, PASSWORD).status_code == 200
    assert sign_in(elsewhere, alice.email, SECRET).headers["Location"] == "/"
