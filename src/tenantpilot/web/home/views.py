"""The start page leads on, and the person's own preferences."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenantpilot.tenancy.access import accesses, workspaces
from tenantpilot.web.frame.access import SignedInRequest, signed_in
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.context import KEYS_COOKIE, THEME_COOKIE, THEMES
from tenantpilot.web.ui import parameters

A_YEAR = 365 * 24 * 3600
PREFERENCES = {"theme": (THEME_COOKIE, (*THEMES, "")), "keys": (KEYS_COOKIE, ("on", "off"))}

UNKNOWN = "unknown"


@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """To the only tenant, to the tenants, to the platform, or a word about who can help."""
    if workspaces(request.user):
        tenants = accesses(request.user)
        return redirect("tenant-overview", tenants[0].tenant.slug) if len(tenants) == 1 else redirect("workspace")
    if request.user.is_platform_operator:
        return redirect("system-health")
    return render(request, "web/home/no_tenant.html", {"heading": _("No tenant yet")})


@require_POST
def preference(request: HttpRequest, name: str) -> HttpResponse:
    """Keep a choice in a cookie, which the server reads before it draws (UX-80)."""
    if name not in PREFERENCES:
        raise Http404
    cookie, allowed = PREFERENCES[name]
    value = parameters.choice(request.POST, "value", allowed, usual=UNKNOWN)
    if value == UNKNOWN:
        return HttpResponse(status=400)
    response = (
        HttpResponse(status=204)
        if request.headers.get("HX-Request")
        else HttpResponseRedirect(page_before(request, otherwise="/"))
    )
    if value:
        response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    else:
        response.delete_cookie(cookie)
    return response
