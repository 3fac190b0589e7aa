"""People and members: what is shown before a change is what the change does (UX-32, UX-36, SEC-08)."""

import pytest
from django.core import mail
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.links import Invitation
from tenantpilot.tenancy.models import TenantMember, User, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tests.people import PASSWORD, new_tenant, new_workspace
from tests.web.html import read


@pytest.fixture
def owner(signed_in, olivia):
    return signed_in(olivia)


def invite(browser, email, role="operator", **more):
    return browser.post(reverse("invite-person"), {"email": email, "role": role, **more})


def words(page) -> str:
    return read(page).one("main").words


def test_a_colleague_is_invited_and_the_link_can_be_copied(owner, client, northwind, contoso):
    made = invite(owner, "nadia@x.example", place=f"workspace-{northwind.pk}")
    page = read(owner.get(made.headers["Location"]))
    link = page.one("code", id="one-time-link").words
    done = client.post(
        link.removeprefix("http://testserver"), {"name": "Nadia", "password": PASSWORD, "again": PASSWORD}
    )
    assert done.status_code == 302
    assert "Operator of Northwind MSP" in words(owner.get(reverse("people")))
    assert "opens nothing" in words(owner.get(made.headers["Location"]))


def test_an_invitation_goes_by_mail_where_a_server_is_set_and_the_page_shows_it_too(
    owner, settings, northwind, contoso
):
    settings.SENDS_MAIL, settings.PUBLIC_ADDRESS = True, "https://pilot.example"
    made = invite(owner, "nadia@x.example", place=f"tenant-{contoso.pk}")
    link = read(owner.get(made.headers["Location"])).one("code", id="one-time-link").words
    assert link.startswith("https://pilot.example/auth/invitations/")
    assert (mail.outbox[0].to, link in mail.outbox[0].body) == (["nadia@x.example"], True)


def test_no_mail_leaves_without_a_server_and_no_page_promises_one(owner, northwind):
    page = words(owner.get(reverse("invite-person")))
    assert "no mail server is set" in page
    invite(owner, "nadia@x.example")
    assert mail.outbox == []


@pytest.mark.parametrize(("email", "says"), [("nobody", "Write an address"), ("olivia@northwind.example", "already")])
def test_an_invitation_that_makes_no_sense_is_refused_in_the_form(owner, northwind, email, says):
    refused = invite(owner, email)
    assert (refused.status_code, says in words(refused)) == (422, True)


def test_who_leaves_loses_what_the_page_said_and_what_runs_goes_on(owner, signed_in, alice, contoso, northwind, now):
    """The leaver: sessions and links end, operations under way go on."""
    WorkspaceMember.everywhere.create(workspace=northwind, user=alice, role=Role.OWNER)
    browser = signed_in(alice)
    invite(browser, "friend@x.example", place=f"tenant-{contoso.pk}")
    run = start_sync(tenant=contoso, initiator=alice, now=now).run
    address = f"{reverse('remove-role', args=[alice.pk])}?place=workspace-{northwind.pk}"
    page = words(owner.get(address))
    assert browser.get("/admin/").status_code == 200, "looking changes nothing"
    effects = [
        "Access to 1 tenant ends at once",
        "They are signed out everywhere",
        "1 link that they made or have ends",
        "1 operation of theirs is under way and goes on",
        "Schedules go on",
    ]
    for effect in effects:
        assert effect in page
    owner.post(address, {"place": f"workspace-{northwind.pk}"})
    assert browser.get("/admin/").status_code == 302
    assert not Invitation.everywhere.filter(ended_at=None).exists()
    assert OperationRun.everywhere.get(pk=run.pk).status == "queued"
    entry = AuditLog.objects.of_workspace(northwind.pk).get(action="workspace.member_removed")
    assert entry.before == {"role": "owner", "tenants": {"contoso": "operator"}}


def test_the_last_owner_is_told_before_and_refused_after(owner, olivia, northwind):
    place = f"workspace-{northwind.pk}"
    for name, more in (("remove-role", {}), ("change-role", {"role": "manager"})):
        address, facts = reverse(name, args=[olivia.pk]), {"place": place, **more}
        shown, refused = owner.get(address, facts), owner.post(address, facts)
        assert (shown.status_code, refused.status_code) == (200, 422)
        assert "is the last owner" in words(shown)
        assert not read(shown).one("main").every("button")
    assert WorkspaceMember.everywhere.get(user=olivia).role == "owner"


def test_a_role_is_changed_with_what_it_gives_and_takes(owner, alice, contoso):
    address, facts = reverse("change-role", args=[alice.pk]), {"place": f"tenant-{contoso.pk}", "role": "readonly"}
    page = words(owner.get(address, facts))
    assert "May no longer: cancel operations" in page
    assert "May in addition" not in page
    assert owner.post(address, facts).headers["Location"] == reverse("person", args=[alice.pk])
    assert TenantMember.everywhere.get(user=alice).role == "readonly"


def test_somebody_is_switched_off_and_on_again(owner, signed_in, alice):
    browser, address = signed_in(alice), reverse("switch-person-off", args=[alice.pk])
    assert "cannot sign in" in words(owner.get(address))
    owner.post(address)
    assert browser.get("/admin/").status_code == 302
    owner.post(reverse("switch-person-on", args=[alice.pk]))
    assert User.objects.get(pk=alice.pk).is_active


def test_a_lost_password_is_mended_by_a_link_that_its_maker_alone_sees(owner, signed_in, alice, northwind):
    made = owner.post(reverse("recover-person", args=[alice.pk]), {"removes_second_factor": "on"})
    page = owner.get(made.headers["Location"])
    assert "removes the second factor" in words(page)
    assert "/auth/recovery/" in read(page).one("code", id="one-time-link").words
    other = User.objects.create_user("otto@northwind.example", PASSWORD, display_name="Otto")
    WorkspaceMember.everywhere.create(workspace=northwind, user=other, role=Role.OWNER)
    assert signed_in(other).get(made.headers["Location"]).status_code == 404


@pytest.mark.parametrize("name", ["switch-person-off", "switch-person-on", "recover-person", "recovery-link"])
@pytest.mark.parametrize("reach", ["another workspace", "the installation", "own"])
def test_sec_09_an_account_that_reaches_further_is_left_alone(owner, olivia, alice, name, reach):
    person = olivia if reach == "own" else alice
    if reach == "another workspace":
        WorkspaceMember.everywhere.create(workspace=new_workspace("other", "Other"), user=alice, role=Role.READONLY)
    elif reach == "the installation":
        User.objects.filter(pk=alice.pk).update(is_platform_operator=True)
    address = reverse(name, args=[person.pk])
    answers = {owner.get(address).status_code, owner.post(address).status_code} - {405}
    assert answers == {403}
    assert "reset" not in words(owner.get(reverse("person", args=[person.pk]))) or reach != "own"


def test_sec_03_places_and_people_of_another_workspace_are_not_there(owner, olivia):
    other = new_workspace("other", "Other")
    elsewhere = new_tenant(other, "adatum")
    stranger = User.objects.create_user("s@other.example", PASSWORD, display_name="Stranger")
    WorkspaceMember.everywhere.create(workspace=other, user=stranger, role=Role.READONLY)
    assert owner.get(reverse("person", args=[stranger.pk])).status_code == 404
    for key in (f"workspace-{other.pk}", f"tenant-{elsewhere.pk}", "", "x"):
        facts = {"place": key, "role": "owner"}
        assert owner.post(reverse("change-role", args=[olivia.pk]), facts).status_code == 404
        assert owner.post(reverse("invite-person"), {"email": "e@x.example", **facts}).status_code in (422, 302)
    assert not Invitation.everywhere.filter(workspace=other).exists()


def test_members_see_who_is_here_and_owners_alone_the_addresses(owner, signed_in, alice, bob, contoso):
    address = reverse("members", args=["contoso"])
    page = words(signed_in(bob).get(address))
    assert "Alice" in page
    assert "Olivia" in page
    assert "alice@contoso.example" not in page
    assert "you need to be Owner" in page
    assert "alice@contoso.example" in words(owner.get(address))


def test_the_owner_of_a_tenant_invites_and_removes_there_alone(signed_in, alice, bob, contoso, fabrikam, northwind):
    TenantMember.everywhere.filter(user=alice).update(role=Role.OWNER)
    browser = signed_in(alice)
    facts = {"email": "nadia@x.example", "role": "owner", "place": f"workspace-{northwind.pk}"}
    refused = browser.post(reverse("invite-member", args=["contoso"]), facts)
    assert refused.status_code == 422
    browser.post(reverse("invite-member", args=["contoso"]), facts | {"place": ""})
    assert Invitation.everywhere.get().tenant == contoso
    assert "Access to this tenant ends" in words(browser.get(reverse("remove-member", args=["contoso", bob.pk])))
    browser.post(reverse("remove-member", args=["contoso", bob.pk]))
    assert not TenantMember.everywhere.filter(user=bob).exists()
    assert browser.get(reverse("people")).status_code == 403


@pytest.mark.parametrize("number", [1, 60])
def test_ux_21_the_list_of_people_asks_as_much_for_many_as_for_one(
    owner, contoso, number, django_assert_max_num_queries
):
    for place in range(number):
        person = User.objects.create_user(f"p{place}@x.example", display_name=f"P {place}")
        TenantMember.everywhere.create(workspace_id=contoso.workspace_id, tenant=contoso, user=person, role="readonly")
    with django_assert_max_num_queries(14):
        assert owner.get(reverse("people")).status_code == 200
