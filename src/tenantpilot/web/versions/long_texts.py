"""Parts that a version's page leaves out at first, fetched on request: further lines, long texts, the payload."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.showing import Shown, shown
from tenantpilot.web.frame.access import TenantRequest, requires


@require_GET
@requires(Capability.INVENTORY_VIEW)
def rest(request: TenantRequest, policy_id: int, number: int) -> HttpResponse:
    """Return the lines behind those that the page shows at first."""
    version = _version(request, policy_id, number)
    return _answer(request, version, "web/versions/rest_part.html", {"shown": _shown(version)})


@require_GET
@requires(Capability.INVENTORY_VIEW)
def line(request: TenantRequest, policy_id: int, number: int, place: int) -> HttpResponse:
    """Return the whole text of one line, such as a script."""
    version = _version(request, policy_id, number)
    text = _shown(version).text_of(place)
    if text is None:
        raise Http404
    part = "web/versions/line_part.html" if request.htmx else "web/versions/text_part.html"
    return _answer(request, version, part, {"text": text})


@require_GET
@requires(Capability.INVENTORY_VIEW)
def payload(request: TenantRequest, policy_id: int, number: int) -> HttpResponse:
    """Return the payload as JSON, with its secrets hidden."""
    version = _version(request, policy_id, number)
    return _answer(request, version, "web/versions/text_part.html", {"text": _shown(version).as_json})


def _answer(request: TenantRequest, version: PolicyVersion, part: str, context: dict[str, Any]) -> HttpResponse:
    """Answer a script with the part alone, and a person with a page."""
    facts = {"policy": version.policy, "version": version, "part": part, **context}
    if request.htmx:
        return render(request, part, facts)
    words = {"policy": version.policy.name, "number": version.number}
    heading = _("%(policy)s, version %(number)d") % words
    return render(request, "web/versions/text.html", {"heading": heading, **facts})


def _version(request: TenantRequest, policy_id: int, number: int) -> PolicyVersion:
    policies = Policy.objects.of_tenant(request.tenant).filter(pk=policy_id)
    versions = PolicyVersion.objects.of_tenant(request.tenant).filter(policy__in=policies, number=number)
    version = versions.select_related("policy", "payload").first()
    if version is None:
        raise Http404
    return version


def _shown(version: PolicyVersion) -> Shown:
    """Raises Http404 for a damaged version: its page says so."""
    result = shown(version)
    if result.is_damaged:
        raise Http404
    return result
