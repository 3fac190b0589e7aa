"""Comparing any two versions that a person may see: of one policy, of two policies, of two tenants."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.web.frame.access import TenantRequest, requires, visible_tenants
from tenantpilot.web.ui import parameters
from tenantpilot.web.versions.differing import Differences, differences_of

CANDIDATES = 25


@require_GET
@requires(Capability.INVENTORY_VIEW)
def version_comparison(request: TenantRequest) -> HttpResponse:
    """Return the differences of two versions by their ids: one is of this tenant, the other of any visible one."""
    before = _version(request, "before")
    after = _version(request, "after")
    if before.tenant_id != request.tenant.pk and after.tenant_id != request.tenant.pk:
        raise Http404
    context = {
        "heading": _("Compare policies"),
        "before": before,
        "after": after,
        "is_same_type": before.policy.type == after.policy.type,
        "differences": differences_of(before, after) if before.policy.type == after.policy.type else Differences(),
        "may_capture": request.access.may(Capability.POLICY_CAPTURE),
        "why_not_capture": request.access.why_not(Capability.POLICY_CAPTURE),
    }
    return render(request, "web/versions/any_two.html", context)


@require_GET
@requires(Capability.INVENTORY_VIEW)
def counterparts(request: TenantRequest, policy_id: int) -> HttpResponse:
    """Return the policies of the same type, of every tenant that the person may see, to compare with."""
    policy = Policy.objects.of_tenant(request.tenant).filter(pk=policy_id).first()
    newest = PolicyVersion.objects.filter(policy=policy_id).newest_first().first() if policy else None
    if policy is None:
        raise Http404
    text = parameters.text(request.GET, "q")
    context = {
        "heading": _("Compare %(policy)s with another policy") % {"policy": policy.name},
        "policy": policy,
        "newest": newest,
        "q": text,
        "candidates": _candidates(request, policy, text) if newest else [],
        "may_capture": request.access.may(Capability.POLICY_CAPTURE),
        "why_not_capture": request.access.why_not(Capability.POLICY_CAPTURE),
    }
    return render(request, "web/versions/counterparts.html", context)


def _candidates(request: TenantRequest, policy: Policy, text: str) -> list[PolicyVersion]:
    rows = PolicyVersion.objects.filter(tenant__in=_visible(request), policy__type=policy.type).exclude(policy=policy)
    rows = rows.filter(policy__name__icontains=text) if text else rows
    newest = rows.newest_alone().select_related("policy", "tenant").defer("names", "actors")
    return list(newest.order_by("policy__name", "pk")[:CANDIDATES])


def _version(request: TenantRequest, name: str) -> PolicyVersion:
    """Return a version of a tenant in which the person may see the inventory; of any other it is not there (SEC-02)."""
    text = parameters.text(request.GET, name, longest=18)
    if not text.isdecimal():
        raise Http404
    rows = PolicyVersion.objects.filter(pk=int(text), tenant__in=_visible(request))
    version = rows.select_related("policy", "payload", "tenant").first()
    if version is None:
        raise Http404
    return version


def _visible(request: TenantRequest) -> Any:
    return visible_tenants(request.user, Capability.INVENTORY_VIEW)
