"""One-time links and the last owner: relatives of taking over an address (SEC-08, SEC-09)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy import accounts, invitations, members, owners, recovery, services
from tenantpilot.tenancy.links import ACCOUNT_LINK_LASTS, INVITATION_LASTS, AccountLink, Invitation, LinkNotValid
from tenantpilot.tenancy.models import TenantMember, User, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tests.people import new_workspace

pytestmark = pytest.mark.contract

SECRET = "a long and fine secret"


@pytest.fixture
def invite(northwind, olivia, now):
    """invite("nadia@x.example") answers the token of an invitation by Olivia to be a manager of Northwind."""
    return lambda email, tenant=None, role=Role.MANAGER: (
        invitations.invite(workspace=northwind, tenant=tenant, email=email, role=role, actor=olivia, now=now).token
    )


def accept(token, now, name="Nadia"):
    return invitations.accept_as_new(token, display_name=name, password=SECRET, now=now)


def role_of(person, workspace):
    return WorkspaceMember.everywhere.filter(user=person, workspace=workspace).values_list("role", flat=True).first()


def test_sec_09_an_invitation_makes_one_account_once(invite, northwind, now):
    token = invite("Nadia@Northwind.example")
    nadia = accept(token, now)
    assert (nadia.email, role_of(nadia, northwind)) == ("nadia@northwind.example", "manager")
    with pytest.raises(LinkNotValid):
        accept(token, now)
    with pytest.raises(LinkNotValid):
        invitations.accept_as(nadia, token, now=now)


def test_sec_09_an_invitation_ends_with_time(invite, now):
    token = invite("nadia@northwind.example")
    with pytest.raises(LinkNotValid):
        accept(token, now + INVITATION_LASTS)
    assert accept(token, now + INVITATION_LASTS - timedelta(seconds=1))


@pytest.mark.parametrize("again", ["nadia@northwind.example", "NADIA@northwind.EXAMPLE"])
def test_sec_09_of_doubled_links_the_newest_alone_works(invite, now, again):
    older, newer = invite("nadia@northwind.example"), invite(again, role=Role.READONLY)
    with pytest.raises(LinkNotValid):
        accept(older, now)
    assert role_of(accept(newer, now), Invitation.everywhere.first().workspace) == "readonly"


def test_sec_09_who_has_another_address_cannot_accept_and_spends_nothing(invite, northwind, charlie, now):
    token = invite("nadia@northwind.example")
    with pytest.raises(invitations.ForAnotherPerson):
        invitations.accept_as(charlie, token, now=now)
    assert role_of(charlie, northwind) is None
    assert accept(token, now)


def test_sec_09_an_address_that_has_an_account_gets_no_second_one(invite, charlie, northwind, now):
    token = invite(charlie.email.upper())
    with pytest.raises(services.AlreadyThere):
        accept(token, now)
    invitations.accept_as(charlie, token, now=now)
    assert role_of(charlie, northwind) == "manager"


@pytest.mark.parametrize("change", [lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"), lambda text: "1-",
                                    lambda _: "", lambda _: "²-a", lambda text: "9" * 40 + "-a",
                                    lambda text: f"0{text}"])  # fmt: skip
def test_sec_09_a_forged_token_opens_nothing(invite, now, change):
    token = invite("nadia@northwind.example")
    with pytest.raises(LinkNotValid):
        accept(change(token), now)


def test_sec_09_the_token_of_one_kind_of_link_opens_no_other(alice, olivia, invite, now):
    link = recovery.make_link(alice, removes_second_factor=True, actor=None, now=now)
    with pytest.raises(LinkNotValid):
        invitations.of_token(link.token, now=now)
    with pytest.raises(LinkNotValid):
        recovery.of_token(invite("nadia@northwind.example"), now=now)
    with pytest.raises(LinkNotValid):
        recovery.setup_of_token(link.token, now=now)


def test_sec_09_a_token_cannot_be_made_from_what_the_database_holds(invite, now):
    token = invite("nadia@northwind.example")
    assert token.partition("-")[2] not in str(list(Invitation.everywhere.values())) + str(
        list(AuditLog.objects.values())
    )


@pytest.mark.parametrize("fate", ["demoted", "removed", "switched off"])
def test_sec_09_who_may_invite_no_more_brings_nobody_in(invite, northwind, olivia, alice, now, fate):
    services.set_workspace_role(workspace=northwind, person=alice, role=Role.OWNER, actor=olivia, now=now)
    token = invite("friend@elsewhere.example")
    match fate:
        case "demoted":
            services.set_workspace_role(workspace=northwind, person=olivia, role=Role.MANAGER, actor=alice, now=now)
        case "removed":
            members.remove_from_workspace(workspace=northwind, person=olivia, actor=alice, now=now)
        case _:
            accounts.switch_off(olivia, actor=alice, now=now)
    with pytest.raises(LinkNotValid):
        accept(token, now)


def test_sec_09_who_is_removed_comes_back_by_a_new_invitation_alone(invite, northwind, contoso, alice, olivia, now):
    older = invite(alice.email)
    in_tenant = invite(alice.email, tenant=contoso) if not TenantMember.everywhere.filter(user=alice) else None
    members.remove_from_workspace(workspace=northwind, person=alice, actor=olivia, now=now)
    for token in filter(None, (older, in_tenant)):
        with pytest.raises(LinkNotValid):
            invitations.accept_as(alice, token, now=now)
    invitations.accept_as(alice, invite(alice.email, role=Role.READONLY), now=now)
    assert role_of(alice, northwind) == "readonly"
    assert not TenantMember.everywhere.filter(user=alice).exists()


def test_sec_09_an_invitation_takes_no_stronger_role_away(invite, northwind, charlie, now):
    token = invite(charlie.email, role=Role.READONLY)
    services.set_workspace_role(workspace=northwind, person=charlie, role=Role.MANAGER, actor=None, now=now)
    invitations.accept_as(charlie, token, now=now)
    assert role_of(charlie, northwind) == "manager"


def test_sec_08_each_step_of_an_invitation_is_recorded_without_the_address(invite, northwind, now):
    accept(invite("nadia@northwind.example"), now)
    entries = AuditLog.objects.of_workspace(northwind.pk).in_order()
    assert list(entries.values_list("action", flat=True)) == [
        "invitation.made",
        "invitation.accepted",
        "workspace.role_set",
    ]
    assert "nadia" not in str([entry.after for entry in AuditLog.objects.all()])


@pytest.mark.parametrize("act", ["demote", "remove", "switch off"])
def test_sec_08_the_last_owner_stays(northwind, contoso, olivia, alice, now, act):
    def take_away():
        match act:
            case "demote":
                services.set_workspace_role(workspace=northwind, person=olivia, role=Role.MANAGER, actor=None, now=now)
            case "remove":
                members.remove_from_workspace(workspace=northwind, person=olivia, actor=None, now=now)
            case _:
                accounts.switch_off(olivia, actor=None, now=now)

    with pytest.raises(owners.LastOwner):
        take_away()
    services.set_workspace_role(workspace=northwind, person=alice, role=Role.OWNER, actor=olivia, now=now)
    accounts.switch_off(alice, actor=None, now=now)  # an owner who cannot come in is none
    with pytest.raises(owners.LastOwner):
        take_away()
    accounts.switch_on(alice, actor=None, now=now)
    take_away()


def test_sec_08_the_last_owner_of_a_tenant_stays_where_the_workspace_has_none(contoso, alice, now):
    services.set_tenant_role(tenant=contoso, person=alice, role=Role.OWNER, actor=None, now=now)
    with pytest.raises(owners.LastOwner):
        members.remove_from_tenant(tenant=contoso, person=alice, actor=None, now=now)


def test_sec_08_two_owners_who_remove_each_other_at_once_leave_one(own_database, now):
    place = new_workspace()
    pair = [User.objects.create_user(f"{name}@northwind.example", display_name=name) for name in ("ann", "ben")]
    for person in pair:
        WorkspaceMember.everywhere.create(workspace=place, user=person, role=Role.OWNER)

    def remove(person):
        try:
            return members.remove_from_workspace(workspace=place, person=person, actor=None, now=now)
        except owners.LastOwner:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, pair)) == [False, True]
    assert WorkspaceMember.everywhere.filter(workspace=place, role=Role.OWNER).count() == 1


def test_sec_09_an_invitation_that_is_accepted_twice_at_once_makes_one_account(own_database, now):
    place = new_workspace()
    token = invitations.invite(
        workspace=place, tenant=None, email="nadia@x.example", role=Role.OWNER, actor=None, now=now
    ).token

    def take(number):
        try:
            return bool(accept(token, now, name=f"Nadia {number}"))
        except (LinkNotValid, services.AlreadyThere):
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 1
    assert User.objects.count() == 1


def test_sec_09_a_recovery_link_sets_a_password_once(alice, olivia, now):
    token = recovery.make_link(alice, removes_second_factor=False, actor=olivia, now=now).token
    recovery.recover(token, SECRET, client="192.0.2.1", now=now)
    alice.refresh_from_db()
    assert alice.check_password(SECRET)
    with pytest.raises(LinkNotValid):
        recovery.recover(token, "another long secret", client="", now=now)
    token = recovery.make_link(alice, removes_second_factor=False, actor=olivia, now=now).token
    with pytest.raises(LinkNotValid):
        recovery.recover(token, SECRET, client="", now=now + ACCOUNT_LINK_LASTS)


@pytest.mark.parametrize("fate", ["doubled", "switched off", "maker demoted", "member elsewhere"])
def test_sec_09_a_recovery_link_ends_when_something_changes(alice, olivia, northwind, contoso, now, fate):
    token = recovery.make_link(alice, removes_second_factor=False, actor=olivia, now=now).token
    match fate:
        case "doubled":
            recovery.make_link(alice, removes_second_factor=False, actor=olivia, now=now)
        case "switched off":
            accounts.switch_off(alice, actor=olivia, now=now)
            accounts.switch_on(alice, actor=olivia, now=now)
        case "maker demoted":
            services.set_workspace_role(workspace=northwind, person=alice, role=Role.OWNER, actor=None, now=now)
            services.set_workspace_role(workspace=northwind, person=olivia, role=Role.MANAGER, actor=None, now=now)
        case _:
            other = new_workspace("other", "Other")
            services.set_workspace_role(workspace=other, person=alice, role=Role.READONLY, actor=None, now=now)
    with pytest.raises(LinkNotValid):
        recovery.recover(token, SECRET, client="", now=now)


def test_sec_09_an_owner_rules_no_account_that_reaches_further(alice, olivia, pat, charlie, northwind, now):
    assert recovery.rules_account_of(olivia, alice)
    assert not recovery.rules_account_of(alice, charlie)
    assert not recovery.rules_account_of(olivia, pat)
    other = new_workspace("other", "Other")
    services.set_workspace_role(workspace=other, person=alice, role=Role.READONLY, actor=None, now=now)
    assert not recovery.rules_account_of(olivia, alice)
    services.set_workspace_role(workspace=northwind, person=pat, role=Role.READONLY, actor=None, now=now)
    assert not recovery.rules_account_of(olivia, pat), "who runs the installation is not taken over by a workspace"


def test_sec_09_the_first_owner_is_made_once_and_never_beside_others(database, now):
    first, second = (recovery.make_setup_link(now=now).token for _ in range(2))
    facts = {"workspace": "Northwind MSP", "display_name": "Olivia", "email": "o@northwind.example", "password": SECRET}
    with pytest.raises(LinkNotValid):
        recovery.set_up(first, **facts, now=now)
    olivia = recovery.set_up(second, **facts, now=now)
    place = WorkspaceMember.everywhere.get(user=olivia, role="owner").workspace
    assert (place.slug, place.name, olivia.is_platform_operator) == ("northwind-msp", "Northwind MSP", True)
    assert recovery.make_setup_link(now=now) is None
    AccountLink.objects.update(ended_at=None)
    with pytest.raises(LinkNotValid):
        recovery.set_up(second, **facts | {"email": "e@evil.example"}, now=now)
