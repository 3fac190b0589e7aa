"""Lists of people and members, and the page of one person."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.tenancy import accounts, recovery
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import TenantMember, User, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.people.forms import ROLES
from tenantpilot.web.people.places import Place, place_of_tenant
from tenantpilot.web.people.scope import PeopleScope
from tenantpilot.web.people.tables import PEOPLE, has_second_factor, lines_of, people_of
from tenantpilot.web.ui.tables.listing import Listing, listing

SHOWN_INVITATIONS = 100


@dataclass(frozen=True)
class RoleLine:
    """A role that the person has in a place; one through the workspace is changed there."""

    place: Place
    role: Role
    url: str
    removal_url: str


@dataclass(frozen=True)
class MemberLine:
    """A member of a tenant. `is_direct`: the role was given in this tenant."""

    person: User
    role: Role
    is_direct: bool
    url: str = ""
    removal_url: str = ""


@require_GET
def people(request: HttpRequest, scope: PeopleScope) -> HttpResponse:
    """Everybody in the workspaces that the person manages, and the invitations that wait."""
    context = {"heading": _("People"), "scope": scope, **invitations_of(scope)}
    return listing(
        request,
        PEOPLE,
        people_of(scope.workspaces),
        "web/people/page.html",
        context,
        lambda listing: {"lines": _lines(listing, scope)},
    )


@require_GET
def person(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """Show a person: roles, state of the account, and what can be done."""
    somebody = scope.find_person(person_id, scope.places[0])
    lines = [_role_line(scope, place, somebody) for place in scope.places]
    context = {
        "heading": somebody.display_name,
        "person": somebody,
        "scope": scope,
        "lines": [line for line in lines if line],
        "free_places": [place for place, line in zip(scope.places, lines, strict=True) if line is None],
        "roles": ROLES,
        "sessions": len(accounts.sessions_of(somebody)),
        "has_second_factor": has_second_factor(somebody),
        "is_own": somebody == scope.actor,
        "rules_account": recovery.rules_account_of(scope.actor, somebody),
        "workspaces": [home for home in scope.workspaces if home.pk in recovery.workspaces_of(somebody)],
    }
    return render(request, "web/people/person.html", context)


@require_GET
@requires(Capability.TENANT_VIEW)
def members(request: TenantRequest) -> HttpResponse:
    """Everybody who can see this tenant, with where the role comes from; owners change it."""
    scope = PeopleScope(request.user, [place_of_tenant(request)], request.tenant)
    may_manage = request.access.may(Capability.MEMBER_MANAGE)
    context: dict[str, Any] = {
        "heading": _("Members"),
        "scope": scope,
        "lines": _members(scope),
        "may_manage": may_manage,
        "why_not_manage": request.access.why_not(Capability.MEMBER_MANAGE),
        **(invitations_of(scope) if may_manage else {}),
    }
    return render(request, "web/people/members.html", context)


def invitations_of(scope: PeopleScope) -> dict[str, Any]:
    """The open invitations of this plane, the newest first, each with its addresses."""
    waiting = scope.invitations().open_at(timezone.now()).order_by("-pk")[:SHOWN_INVITATIONS]
    lines = [
        {
            "invitation": link,
            "url": scope.url("invitation", link.pk),
            "end_url": scope.url("withdraw-invitation", link.pk),
        }
        for link in waiting
    ]
    return {"invitations": lines, "invite_url": scope.url("invite-person")}


def _lines(listing: Listing, scope: PeopleScope) -> list[Any]:
    return lines_of(list(listing.page.rows), scope.workspaces)


def _role_line(scope: PeopleScope, place: Place, somebody: User) -> RoleLine | None:
    role = place.role_of(somebody)
    urls = [f"{scope.url(name, somebody.pk)}?place={place.key}" for name in ("change-role", "remove-role")]
    return RoleLine(place, role, *urls) if role else None


def _members(scope: PeopleScope) -> list[MemberLine]:
    place = scope.places[0]
    direct = TenantMember.everywhere.filter(tenant=scope.tenant).select_related("user")
    through = WorkspaceMember.everywhere.filter(workspace=place.workspace).select_related("user")
    lines = [
        MemberLine(
            held.user,
            Role(held.role),
            True,
            scope.url("change-role", held.user_id),
            scope.url("remove-role", held.user_id),
        )
        for held in direct
    ]
    lines += [MemberLine(held.user, Role(held.role), False) for held in through]
    return sorted(lines, key=lambda line: (line.person.display_name.casefold(), not line.is_direct))
