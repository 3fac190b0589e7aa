"""Letting people back in, and the first owner in at all, by one-time links (SEC-08, SEC-09).

Who resets a password could become that person. So an owner does it only for people whose every role lies in workspaces
that this owner owns, and for those who run the installation only somebody who runs it too.
"""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from tenantpilot.tenancy import accounts, security_events, services
from tenantpilot.tenancy.audit_actions import PERSON_RECOVERED, PERSON_RECOVERY_LINK_MADE
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.links import ACCOUNT_LINK_LASTS, AccountLink, LinkNotValid
from tenantpilot.tenancy.models import TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role

Kind = AccountLink.Kind


def rules_account_of(actor: User, person: User) -> bool:
    """Say if the actor may reset, switch off and switch on this person's account."""
    if not actor.is_active or actor.pk == person.pk or (person.is_platform_operator and not actor.is_platform_operator):
        return False
    places = workspaces_of(person)
    with everything():
        owned = WorkspaceMember.everywhere.filter(user=actor, role=Role.OWNER).values_list("workspace_id", flat=True)
        return bool(places) and places <= set(owned)


def workspaces_of(person: User) -> set[int]:
    """Return the ids of all workspaces in which the person has any role, also those that the asker cannot see."""
    with everything():
        through = WorkspaceMember.everywhere.filter(user=person).values_list("workspace_id", flat=True)
        direct = TenantMember.everywhere.filter(user=person).values_list("workspace_id", flat=True)
        return {*through, *direct}


def make_link(person: User, *, removes_second_factor: bool, actor: User | None, now: datetime) -> AccountLink:
    """Make a link by which the person chooses a new password. One before it ends."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        AccountLink.objects.filter(person=person).withdraw(now=now)
        link: AccountLink = AccountLink.objects.create(
            kind=Kind.RECOVERY,
            person=person,
            removes_second_factor=removes_second_factor,
            made_by=actor,
            made_at=now,
            expires_at=now + ACCOUNT_LINK_LASTS,
        )
        after = {"removes_second_factor": removes_second_factor}
        security_events.record(PERSON_RECOVERY_LINK_MADE, person=person, actor=actor, after=after, now=now)
    return link


def of_token(token: str, *, now: datetime) -> AccountLink:
    """Return the link, if the person may come in and who made it still rules the account. Raises LinkNotValid."""
    links = AccountLink.objects.filter(kind=Kind.RECOVERY).select_related("person", "made_by")
    link: AccountLink = links.of_token(token, now=now)
    person = _person_of(link)
    if not person.is_active or (link.made_by is not None and not rules_account_of(link.made_by, person)):
        raise LinkNotValid
    return link


def recover(token: str, password: str, *, client: str, now: datetime) -> User:
    """Set the password, remove the second factor where the link says so, end all sessions. Raises LinkNotValid."""
    with transaction.atomic():
        link = of_token(token, now=now)
        AccountLink.objects.use(link, now=now)
        person = _person_of(link)
        if link.removes_second_factor:
            accounts.remove_second_factor(person, actor=person, now=now)
        accounts.change_password(person, password, actor=person, now=now, client=client)
        accounts.end_sessions(person, actor=person, now=now)
        security_events.record(PERSON_RECOVERED, person=person, actor=person, client=client, now=now)
    return person


def make_setup_link(*, now: datetime) -> AccountLink | None:
    """Return a link that makes the first owner, in the place of those before; None once there is anybody."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        AccountLink.objects.filter(kind=Kind.SETUP).withdraw(now=now)
        link: AccountLink = AccountLink.objects.create(
            kind=Kind.SETUP, made_at=now, expires_at=now + ACCOUNT_LINK_LASTS
        )
    return link


def setup_of_token(token: str, *, now: datetime) -> AccountLink:
    """Raises LinkNotValid, also once there is anybody."""
    link: AccountLink = AccountLink.objects.filter(kind=Kind.SETUP).of_token(token, now=now)
    if User.objects.exists():
        raise LinkNotValid
    return link


def set_up(token: str, *, workspace: str, display_name: str, email: str, password: str, now: datetime) -> User:
    """Make the first workspace and its owner, who runs the installation as well.

    Raises LinkNotValid, AddressRefused, DoesNotFit.
    """
    with transaction.atomic():
        AccountLink.objects.use(setup_of_token(token, now=now), now=now)
        person = services.create_person(
            email=email, display_name=display_name, password=password, is_platform_operator=True, actor=None, now=now
        )
        place = services.create_workspace(slug=_short_name(workspace), name=workspace, actor=person, now=now)
        services.set_workspace_role(workspace=place, person=person, role=Role.OWNER, actor=person, now=now)
    return person


def _short_name(title: str) -> str:
    longest = Workspace._meta.get_field("slug").max_length or 63
    return slugify(title)[:longest].strip("-_") or "workspace"


def _person_of(link: AccountLink) -> User:
    person = link.person
    if person is None:
        raise LinkNotValid
    return person
