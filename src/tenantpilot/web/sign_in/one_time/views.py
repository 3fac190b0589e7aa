"""Serve the pages behind a one-time link. Looking spends nothing; sending the form does, once.

Nobody is known yet, or has no role yet: the services of the tenancy room look across all workspaces.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenantpilot.tenancy import invitations, recovery
from tenantpilot.tenancy.invitations import ForAnotherPerson
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.links import Invitation, LinkNotValid
from tenantpilot.tenancy.models import User
from tenantpilot.tenancy.services import AlreadyThere
from tenantpilot.web.frame.proxies import client_address
from tenantpilot.web.sign_in.entering import sign_in_as
from tenantpilot.web.sign_in.one_time.forms import NewPersonForm, PasswordForm, SetupForm

View = Callable[[HttpRequest, str], HttpResponse]


def one_time(view: View) -> View:
    """Answer alike for every link that opens nothing: none says if it was used, withdrawn or never there."""

    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        try:
            with everything():
                return view(request, token)
        except LinkNotValid:
            return render(request, "web/sign_in/not_valid.html", status=410)

    return answered


@one_time
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first workspace and its owner, and sign them in."""
    recovery.setup_of_token(token, now=timezone.now())
    form = SetupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        person = recovery.set_up(
            token,
            workspace=form.cleaned_data["workspace"],
            display_name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            password=form.cleaned_data["password"],
            now=timezone.now(),
        )
        return _come_in(request, person)
    return _form(request, "web/sign_in/set_up.html", form)


@one_time
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account that the invitation is for, or add the role to the one that is there."""
    invited = invitations.of_token(token, now=timezone.now())
    if isinstance(request.user, User):
        return _join(request, request.user, invited)
    if User.objects.of_address(invited.email) is not None:
        return _ask_to_sign_in(request, invited)
    form = NewPersonForm(request.POST if request.method == "POST" else None, person=User(email=invited.email))
    if form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password"]
        try:
            person = invitations.accept_as_new(token, display_name=name, password=password, now=timezone.now())
        except AlreadyThere:
            return _ask_to_sign_in(request, invited)
        return _come_in(request, person)
    return _form(request, "web/sign_in/new_person.html", form, invited=invited)


@one_time
def recover(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password; the second factor, where it stays, is asked for at the sign-in that follows."""
    link = recovery.of_token(token, now=timezone.now())
    form = PasswordForm(request.POST if request.method == "POST" else None, person=link.person)
    if form.is_valid():
        recovery.recover(token, form.cleaned_data["password"], client=client_address(request), now=timezone.now())
        return redirect("account_login")
    return _form(request, "web/sign_in/recover.html", form, link=link)


def _join(request: HttpRequest, person: User, invited: Invitation) -> HttpResponse:
    """A person who is signed in confirms; one with another address is told nothing but that."""
    if request.method == "POST":
        try:
            invitations.accept_as(person, invited.token, now=timezone.now())
            return redirect("home")
        except ForAnotherPerson:
            pass
    if person.email != invited.email:
        return render(request, "web/sign_in/for_another.html", status=403)
    return render(request, "web/sign_in/join.html", {"invited": invited})


def _ask_to_sign_in(request: HttpRequest, invited: Invitation) -> HttpResponse:
    back = urlencode({"next": reverse("accept-invitation", args=[invited.token])})
    context = {"invited": invited, "sign_in_url": f"{reverse('account_login')}?{back}"}
    return render(request, "web/sign_in/sign_in_first.html", context)


def _come_in(request: HttpRequest, person: User) -> HttpResponse:
    sign_in_as(request, person, by="link")
    return redirect("home")


def _form(request: HttpRequest, template: str, form: PasswordForm, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)
