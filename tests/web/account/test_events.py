"""What happens to accounts leaves an audit entry (SEC-08)."""

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.main import app
from tenantpilot.tenancy.security_events import client_mark
from tenantpilot.web.sign_in.links import path_for
from tests.people import PASSWORD

pytestmark = pytest.mark.contract

NEW_PASSWORD = "another long secret"


@pytest.fixture
def tenantpilot(database):
    return lambda *arguments, stdin="": CliRunner().invoke(app, list(arguments), input=stdin)


def last() -> AuditLog:
    return AuditLog.objects.newest_first()[0]


def test_sec_08_in_and_out_and_the_password(come_from, sign_in, alice, actions):
    browser = come_from("192.0.2.1")
    sign_in(browser, alice.email, "wrong")
    sign_in(browser, alice.email, PASSWORD)
    entry = last()
    assert (entry.actor_id, entry.target_id, entry.after) == (
        alice.pk,
        str(alice.pk),
        {"by": "password", "client": client_mark("192.0.2.1")},
    )
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    browser.post(reverse("account_change_password"), fields)
    browser.post(reverse("account_logout"))
    assert actions() == [
        "person.sign_in_failed",
        "person.signed_in",
        "person.password_changed",
        "person.signed_out",
    ]


def test_sec_08_a_failed_sign_in_names_nobody_who_does_not_exist(client, sign_in, db):
    sign_in(client, "nobody@contoso.example", "wrong")
    assert (last().actor_id, last().target_id, last().actor_name) == (None, "", "")


def test_sec_08_the_right_password_of_a_person_who_is_switched_off(client, sign_in, alice):
    alice.is_active = False
    alice.save()
    sign_in(client, alice.email, PASSWORD)
    assert (last().action, last().after["reason"]) == ("person.sign_in_failed", "switched_off")


def test_sec_08_a_demo_link(client, alice, settings):
    settings.DEMO_SIGN_IN_LINKS = True
    client.get(path_for(alice))
    assert (last().action, last().after["by"]) == ("person.signed_in", "link")


def test_sec_08_access_to_another_tenant_is_refused_and_recorded_where_its_owners_read(
    signed_in, charlie, contoso, olivia
):
    browser = signed_in(charlie)
    for _ in range(3):
        assert browser.get("/admin/t/contoso/").status_code == 404
        assert browser.get("/admin/t/nowhere/").status_code == 404
    entries = AuditLog.objects.filter(action="tenant.access_refused")
    assert list(entries.of_tenant(contoso.pk).values_list("actor_id", flat=True)) == [charlie.pk]
    assert entries.of_workspace(0).count() == 1
    assert "nowhere" not in str(list(entries.values()))
    page = signed_in(olivia).get(reverse("tenant-audit", args=["contoso"])).content.decode()
    assert "Access refused" in page


def test_sec_08_who_runs_the_installation_reads_what_happened_to_accounts_and_no_tenant_is_in_it(
    signed_in, come_from, sign_in, pat, alice, contoso, charlie
):
    sign_in(come_from("192.0.2.1"), alice.email, "wrong")
    signed_in(charlie).get("/admin/t/contoso/")
    page = signed_in(pat).get(reverse("system-audit")).content.decode()
    assert "Sign-in failed" in page
    assert "192.0.2.1" not in page
    assert not any(word in page for word in ("Access refused</th>", "Contoso", alice.email))


@pytest.mark.parametrize(
    ("command", "stdin", "action"),
    [
        (["address", "{}", "alice.new@contoso.example"], "", "person.address_changed"),
        (["password", "{}"], f"{NEW_PASSWORD}\n", "person.password_changed"),
        (["switch-off", "{}"], "", "person.switched_off"),
        (["switch-on", "{}"], "", "person.switched_on"),
    ],
)
def test_sec_08_what_is_done_at_a_shell(tenantpilot, alice, command, stdin, action):
    done = tenantpilot("person", *(word.format(alice.email) for word in command), stdin=stdin)
    assert done.exit_code == 0, done.output
    assert (last().action, last().actor_id, last().target_id) == (action, None, str(alice.pk))
    assert f"person {alice.pk}, Alice, since" in " ".join(done.output.split())
    assert "alice" not in str(last().before) + str(last().after)


@pytest.mark.parametrize("taken", ["BOB@contoso.example", "bob@contoso.example"])
def test_sec_09_an_address_of_another_person_is_not_given_away(tenantpilot, alice, bob, taken):
    refused = tenantpilot("person", "address", alice.email, taken)
    assert refused.exit_code == 1
    assert "Another person has this address" in " ".join(refused.output.split())
    alice.refresh_from_db()
    assert alice.email == "alice@contoso.example"


def test_sec_08_roles_are_recorded_with_who_got_them(tenantpilot, alice, contoso):
    tenantpilot("add", "member", alice.email, "--tenant", "contoso", "--role", "manager")
    assert (last().action, last().before, last().after) == (
        "tenant.role_set",
        {"role": "operator"},
        {"role": "manager"},
    )
