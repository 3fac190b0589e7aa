"""Say before a change what it ends and what goes on. The services of the tenancy room do the same."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy import accounts
from tenantpilot.tenancy.links import AccountLink, Invitation
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace
from tenantpilot.tenancy.roles import ROLE_CAPABILITIES, Role
from tenantpilot.web.people.places import Place


def of_role(before: Role | None, after: Role) -> list[str]:
    """Return the capabilities that the person gains and loses, in words."""
    had, has = ROLE_CAPABILITIES[before] if before else frozenset(), ROLE_CAPABILITIES[after]
    gained = ", ".join(sorted(capability.label for capability in has - had))
    lost = ", ".join(sorted(capability.label for capability in had - has))
    words = [_("May in addition: %(list)s.") % {"list": gained}] if gained else []
    return [*words, *([_("May no longer: %(list)s.") % {"list": lost}] if lost else []), _takes_effect()]


def of_removal(person: User, workspace: Workspace) -> list[str]:
    """For somebody who leaves a workspace."""
    return [
        _tenants_lost(person, workspace),
        _sessions(person),
        *_links(person, workspace),
        *_going_on(person),
        _("The account stays, and so does what the audit log has of it."),
    ]


def of_removal_from_tenant(person: User, place: Place) -> list[str]:
    through = Place(place.workspace).role_of(person)
    stays = _("The role of %(role)s in %(workspace)s stays, and with it access to this tenant.")
    ends = _("Access to this tenant ends at once.")
    names = {"role": through.label, "workspace": place.workspace.name} if through else {}
    return [stays % names if through else ends, *_going_on(person)]


def of_switching_off(person: User) -> list[str]:
    return [
        _("They cannot sign in until they are switched on again; roles stay."),
        _sessions(person),
        *_going_on(person),
    ]


def _takes_effect() -> str:
    return _("It takes effect with the next click.")


def _tenants_lost(person: User, workspace: Workspace) -> str:
    if Place(workspace).role_of(person):
        number = Tenant.everywhere.filter(workspace=workspace).count()
    else:
        number = TenantMember.everywhere.filter(workspace=workspace, user=person).count()
    words = ngettext("Access to %(number)d tenant ends at once.", "Access to %(number)d tenants ends at once.", number)
    return words % {"number": number} if number else _("They have no role in the workspace any more.")


def _sessions(person: User) -> str:
    number = len(accounts.sessions_of(person))
    words = ngettext(
        "They are signed out everywhere: %(number)d session ends.",
        "They are signed out everywhere: %(number)d sessions end.",
        number,
    )
    return words % {"number": number} if number else _("They are signed out everywhere.")


def _links(person: User, workspace: Workspace) -> list[str]:
    """Nobody comes in by a link that this person made or has."""
    invitations = Invitation.everywhere.filter(workspace=workspace, ended_at=None)
    number = invitations.filter(made_by=person).count() + invitations.filter(email=person.email).count()
    number += AccountLink.objects.filter(made_by=person, ended_at=None).count()
    words = ngettext(
        "%(number)d link that they made or have ends.", "%(number)d links that they made or have end.", number
    )
    return [words % {"number": number}] if number else []


def _going_on(person: User) -> list[str]:
    number = OperationRun.everywhere.active().filter(initiator=person).count()
    words = ngettext(
        "%(number)d operation of theirs is under way and goes on.",
        "%(number)d operations of theirs are under way and go on.",
        number,
    )
    return [*([words % {"number": number}] if number else []), _("Schedules go on: they belong to the tenants.")]
