"""Changing and taking away roles and accounts. Each page says first what ends and what goes on (UX-32)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenantpilot.tenancy import accounts, members, owners, recovery, services
from tenantpilot.tenancy.models import User
from tenantpilot.tenancy.owners import LastOwner
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.people import effects
from tenantpilot.web.people.forms import ROLES, RoleForm
from tenantpilot.web.people.places import Place
from tenantpilot.web.people.scope import PeopleScope
from tenantpilot.web.ui import parameters

get_or_post = require_http_methods(["GET", "POST"])


@dataclass(frozen=True)
class Question:
    """A change that waits for its confirmation. `why_not`: it cannot be made, and what to do first."""

    title: str
    effects: list[str]
    verb: str
    back_url: str
    crumb: str
    crumb_url: str
    why_not: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    is_dangerous: bool = True


@get_or_post
def change_role(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """Choose a role, see what it changes, confirm it."""
    place = _place(request, scope)
    person = scope.find_person(person_id, place)
    form = RoleForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _choose_role(request, scope, place, person)
    role = form.chosen
    if request.method == "POST" and (refused := _refusal(lambda: _set_role(scope, place, person, role))) is None:
        return redirect(_back(scope, person))
    question = Question(
        title=_("Make %(name)s %(role)s of %(place)s?")
        % {"name": person.display_name, "role": role.label, "place": place.name},
        effects=effects.of_role(place.role_of(person), role),
        verb=_("Make %(role)s") % {"role": role.label},
        back_url=_back(scope, person),
        crumb=crumb_of(scope),
        crumb_url=scope.url("people"),
        why_not=refused if request.method == "POST" else _why_not_demoted(place, person, role),  # type: ignore[arg-type]
        fields={"place": place.key, "role": role.value},
        is_dangerous=False,
    )
    return _ask(request, question)


@get_or_post
def remove_role(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """Take a tenant's role away, or everything in a workspace."""
    place = _place(request, scope)
    person = scope.find_person(person_id, place)
    why_not = _refusal(lambda: _remove(scope, place, person), is_trial=request.method != "POST")
    if request.method == "POST" and why_not is None:
        return redirect(scope.url("people"))
    ends = (
        effects.of_removal_from_tenant(person, place) if place.tenant else effects.of_removal(person, place.workspace)
    )
    question = Question(
        title=_("Remove %(name)s from %(place)s?") % {"name": person.display_name, "place": place.name},
        effects=ends,
        verb=_("Remove %(name)s") % {"name": person.display_name},
        back_url=_back(scope, person),
        crumb=crumb_of(scope),
        crumb_url=scope.url("people"),
        why_not=why_not or "",
        fields={"place": place.key},
    )
    return _ask(request, question)


@get_or_post
def switch_off(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """Let somebody in no more."""
    person = ruled_person(scope, person_id)
    act = lambda: accounts.switch_off(person, actor=scope.actor, now=timezone.now())  # noqa: E731
    why_not = _refusal(act, is_trial=request.method != "POST")
    if request.method == "POST" and why_not is None:
        return redirect(_back(scope, person))
    person.refresh_from_db()
    question = Question(
        title=_("Switch %(name)s off?") % {"name": person.display_name},
        effects=effects.of_switching_off(person),
        verb=_("Switch off"),
        back_url=_back(scope, person),
        crumb=crumb_of(scope),
        crumb_url=scope.url("people"),
        why_not=why_not or "",
    )
    return _ask(request, question)


@require_POST
def switch_on(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """Let somebody in again."""
    person = ruled_person(scope, person_id)
    accounts.switch_on(person, actor=scope.actor, now=timezone.now())
    return redirect(_back(scope, person))


def _place(request: HttpRequest, scope: PeopleScope) -> Place:
    """Return the place that the form or the address names. Raises Http404."""
    return scope.place(parameters.text(request.POST if request.method == "POST" else request.GET, "place"))


def ruled_person(scope: PeopleScope, person_id: int) -> User:
    """Raises Http404, PermissionDenied."""
    person = scope.find_person(person_id, scope.places[0])
    if not recovery.rules_account_of(scope.actor, person):
        raise PermissionDenied(
            _("The account reaches beyond your workspaces: an operator of the installation can help.")
        )
    return person


def _set_role(scope: PeopleScope, place: Place, person: User, role: Role) -> None:
    now = timezone.now()
    if place.tenant:
        services.set_tenant_role(tenant=place.tenant, person=person, role=role, actor=scope.actor, now=now)
    else:
        services.set_workspace_role(workspace=place.workspace, person=person, role=role, actor=scope.actor, now=now)


def _remove(scope: PeopleScope, place: Place, person: User) -> None:
    now = timezone.now()
    if place.tenant:
        members.remove_from_tenant(tenant=place.tenant, person=person, actor=scope.actor, now=now)
    elif not members.remove_from_workspace(workspace=place.workspace, person=person, actor=scope.actor, now=now):
        raise Http404


def _why_not_demoted(place: Place, person: User, role: Role) -> str:
    return "" if role is Role.OWNER else _refusal(lambda: _require_owner_left(place, person), is_trial=True) or ""


def _require_owner_left(place: Place, person: User) -> None:
    if place.tenant:
        owners.require_another_tenant_owner(place.tenant, person)
    else:
        owners.require_another_owner(place.workspace, person)


def _refusal(act: Callable[[], object], *, is_trial: bool = False) -> str | None:
    """Do it, or only try and undo it, and return why it was refused; None where it was not."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(is_trial)
    except LastOwner as refusal:
        return str(refusal)
    return None


def _choose_role(request: HttpRequest, scope: PeopleScope, place: Place, person: User) -> HttpResponse:
    context = {
        "heading": _("Role of %(name)s") % {"name": person.display_name},
        "scope": scope,
        "place": place,
        "held": place.role_of(person),
        "roles": ROLES,
        "crumb": crumb_of(scope),
        "crumb_url": scope.url("people"),
        "back_url": _back(scope, person),
    }
    return render(request, "web/people/choose_role.html", context)


def _ask(request: HttpRequest, question: Question) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"heading": question.title, "question": question}
    return render(request, "web/people/question.html", context, status=status)


def _back(scope: PeopleScope, person: User) -> str:
    return scope.url("people") if scope.tenant else scope.url("person", person.pk)


def crumb_of(scope: PeopleScope) -> str:
    return _("Members") if scope.tenant else _("People")
