"""Signing in by a demo link."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from tenantpilot.web.sign_in.entering import sign_in_as
from tenantpilot.web.sign_in.links import LinkSpent, person_of


@never_cache
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the demo person in, or say that the link is spent."""
    if not settings.DEMO_SIGN_IN_LINKS:
        raise Http404
    try:
        person = person_of(token)
    except LinkSpent:
        return render(request, "account/link_spent.html", status=410)
    sign_in_as(request, person, by="link")
    return redirect("home")
