"""Signing a person in without a password: what a link stands for."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.http import HttpRequest

from tenantpilot.tenancy.audit_actions import PERSON_SIGNED_IN
from tenantpilot.tenancy.models import User
from tenantpilot.web.sign_in import events

BACKEND = "tenantpilot.web.sign_in.backend.AddressBackend"


def sign_in_as(request: HttpRequest, person: User, *, by: str) -> None:
    """Begin a session of the person, list it, and record by what means they came in."""
    login(request, person, backend=BACKEND)
    UserSession.objects.create_from_request(request)
    events.record(request, PERSON_SIGNED_IN, person, by=by)
