"""The poll of the active-operations widget: two queries and a 304 while nothing changed (UX-67)."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenantpilot.operations.monitoring.activity import activity_of
from tenantpilot.web.activity.session_tag import tag_for_session
from tenantpilot.web.frame.access import SignedInRequest, to_sign_in
from tenantpilot.web.frame.conditional import answer_if_changed


@require_GET
def activity(request: SignedInRequest) -> HttpResponseBase:
    """Return the active runs of the person whose session this is."""
    tag = tag_for_session(request)
    if tag is None and not request.user.is_authenticated:
        return to_sign_in(request)
    return answer_if_changed(request, tag or activity_of(request.user).tag, lambda: _draw(request))


def _draw(request: SignedInRequest) -> HttpResponse:
    return render(request, "web/parts/activity.html", {"activity": activity_of(request.user)})
