"""Pages that make links: invitations, and the recovery of an account."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.tenancy import invitations, recovery
from tenantpilot.tenancy.invitations import AlreadyMember
from tenantpilot.tenancy.links import AccountLink, Invitation
from tenantpilot.tenancy.mailing import mail_invitation, mail_recovery
from tenantpilot.tenancy.models import User
from tenantpilot.web.people.changes import crumb_of, ruled_person
from tenantpilot.web.people.forms import InvitationForm, RecoveryForm
from tenantpilot.web.people.scope import PeopleScope


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, scope: PeopleScope) -> HttpResponse:
    """GET shows the form; POST makes the link, mails it where there is a mail server, and shows it."""
    form = InvitationForm(request.POST if request.method == "POST" else None, places=scope.places)
    if form.is_valid() and (link := _invite(scope, form)):
        mail_invitation(link, _address(request, "accept-invitation", link.token), now=timezone.now())
        return redirect(scope.url("invitation", link.pk))
    context = {
        "heading": _("Invite a person"),
        "form": form,
        "scope": scope,
        "sends_mail": settings.SENDS_MAIL,
        "crumb": crumb_of(scope),
        "crumb_url": scope.url("people"),
    }
    return render(request, "web/people/invite.html", context, status=422 if form.is_bound else 200)


@require_GET
def invitation(request: HttpRequest, scope: PeopleScope, invitation_id: int) -> HttpResponse:
    """The link, as long as it opens something, to whoever may make such links."""
    link = scope.find_invitation(invitation_id)
    is_open = link.is_open(timezone.now())
    context = {
        "heading": _("Invitation of %(email)s") % {"email": link.email},
        "invitation": link,
        "state": _state(link, is_open=is_open),
        "address": _address(request, "accept-invitation", link.token) if is_open else "",
        "sends_mail": settings.SENDS_MAIL,
        "end_url": scope.url("withdraw-invitation", link.pk),
        "crumb": crumb_of(scope),
        "crumb_url": scope.url("people"),
    }
    return render(request, "web/people/invitation.html", context)


@require_POST
def withdraw(request: HttpRequest, scope: PeopleScope, invitation_id: int) -> HttpResponse:
    """The link opens nothing from now on."""
    invitations.withdraw(scope.find_invitation(invitation_id), actor=scope.actor, now=timezone.now())
    return redirect(scope.url("people"))


@require_http_methods(["GET", "POST"])
def recover(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """GET says what the link does; POST makes it."""
    person = ruled_person(scope, person_id)
    form = RecoveryForm(request.POST)
    if request.method == "POST" and form.is_valid():
        removes = form.cleaned_data["removes_second_factor"]
        link = recovery.make_link(person, removes_second_factor=removes, actor=scope.actor, now=timezone.now())
        mail_recovery(link, _address(request, "recover", link.token), now=timezone.now())
        return redirect("recovery-link", person.pk)
    context = {"heading": _("Let %(name)s back in") % {"name": person.display_name}, "person": person, "form": form}
    return render(request, "web/people/recover.html", context)


@require_GET
def recovery_link(request: HttpRequest, scope: PeopleScope, person_id: int) -> HttpResponse:
    """The link that this person made and that was not used yet."""
    person = ruled_person(scope, person_id)
    link = _open_link(scope, person)
    context = {
        "heading": _("Link for %(name)s") % {"name": person.display_name},
        "person": person,
        "link": link,
        "sends_mail": settings.SENDS_MAIL,
        "address": _address(request, "recover", link.token),
    }
    return render(request, "web/people/recovery_link.html", context)


def _invite(scope: PeopleScope, form: InvitationForm) -> Invitation | None:
    place = form.chosen_place
    try:
        return invitations.invite(
            workspace=place.workspace,
            tenant=place.tenant,
            email=form.cleaned_data["email"],
            role=form.chosen,
            actor=scope.actor,
            now=timezone.now(),
        )
    except AlreadyMember as error:
        form.add_error("email", str(error))
    return None


def _open_link(scope: PeopleScope, person: User) -> AccountLink:
    link: AccountLink | None = (
        AccountLink.objects.open_at(timezone.now()).filter(person=person, made_by=scope.actor).first()
    )
    if link is None:
        raise Http404
    return link


def _address(request: HttpRequest, name: str, token: str) -> str:
    path = reverse(name, args=[token])
    return f"{settings.PUBLIC_ADDRESS}{path}" if settings.PUBLIC_ADDRESS else request.build_absolute_uri(path)


def _state(link: Invitation, *, is_open: bool) -> str:
    if is_open:
        return "open"
    return "used" if link.used_at else "withdrawn" if link.ended_at else "expired"
