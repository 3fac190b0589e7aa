"""Signing in by a demo link."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from tenantpilot.web.sign_in import events
from tenantpilot.web.sign_in.links import LinkSpent, person_of

BACKEND = "tenantpilot.web.sign_in.backend.AddressBackend"


@never_cache
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the demo person in, or say that the link is spent."""
    if not settings.DEMO_SIGN_IN_LINKS:
        raise Http404
    try:
        person = person_of(token)
    except LinkSpent:
        return render(request, "account/link_spent.html", status=410)
    login(request, person, backend=BACKEND)
    events.record(request, "person.signed_in", person, by="link")
    return redirect("home")
