"""The pages of versions: all of a tenant, those of a policy, one of them, and the differences of two."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion, PolicyVersionQuerySet
from tenantpilot.versions.showing import shown
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.listing import listing
from tenantpilot.web.versions.differing import differences_of
from tenantpilot.web.versions.pruning import bulk_of_versions
from tenantpilot.web.versions.tables import VERSIONS

SHOWN = 100


@require_GET
@requires(Capability.INVENTORY_VIEW)
def versions(request: TenantRequest) -> HttpResponse:
    """Return all versions of the tenant, the newest first."""
    rows = PolicyVersion.objects.of_tenant(request.tenant).without_repeated().select_related("policy")
    rows = rows.defer("names", "actors")
    return listing(
        request,
        VERSIONS,
        rows,
        "web/versions/page.html",
        {"heading": _("Versions"), "bulk": bulk_of_versions(request), **_may(request)},
    )


@require_GET
@requires(Capability.INVENTORY_VIEW)
def policy_versions(request: TenantRequest, policy_id: int) -> HttpResponse:
    """Return the timeline of a policy."""
    policy = _policy(request, policy_id)
    timeline = list(_versions(policy).without_repeated().newest_first().defer("names")[: SHOWN + 1])
    context = {
        "heading": policy.name,
        "policy": policy,
        "timeline": timeline[:SHOWN],
        "has_more": len(timeline) > SHOWN,
        **_may(request),
    }
    return render(request, "web/versions/timeline.html", context)


@require_GET
@requires(Capability.INVENTORY_VIEW)
def version(request: TenantRequest, policy_id: int, number: int) -> HttpResponse:
    """Return one version: its settings, and what differs from the one before it."""
    policy = _policy(request, policy_id)
    row = _version(policy, number)
    before = _versions(policy).filter(number__lt=number).newest_first().select_related("payload", "policy").first()
    context = {
        "heading": _("%(policy)s, version %(number)d") % {"policy": policy.name, "number": number},
        "policy": policy,
        "version": row,
        "shown": shown(row),
        "before": before,
        "differences": differences_of(before, row) if before else None,
        "may_restore": request.access.may(Capability.RESTORE_PREVIEW),
        **_may(request),
        "newer": _versions(policy).filter(number__gt=number).order_by("number").only("number").first(),
    }
    return render(request, "web/versions/version.html", context)


@require_GET
@requires(Capability.INVENTORY_VIEW)
def comparison(request: TenantRequest, policy_id: int) -> HttpResponse:
    """Return the differences of any two versions of a policy."""
    policy = _policy(request, policy_id)
    numbers = list(_versions(policy).newest_first().values_list("number", flat=True)[:SHOWN])
    before, after = (_chosen(request, policy, name) for name in ("before", "after"))
    context = {
        "heading": _("Compare versions of %(policy)s") % {"policy": policy.name},
        "policy": policy,
        "numbers": numbers,
        "before": before,
        "after": after,
        "differences": differences_of(before, after),
    }
    return render(request, "web/versions/comparison.html", context)


def _may(request: TenantRequest) -> dict[str, Any]:
    return {
        "may_capture": request.access.may(Capability.POLICY_CAPTURE),
        "why_not_capture": request.access.why_not(Capability.POLICY_CAPTURE),
    }


def _policy(request: TenantRequest, policy_id: int) -> Policy:
    policy: Policy | None = Policy.objects.of_tenant(request.tenant).filter(pk=policy_id).first()
    if policy is None:
        raise Http404
    return policy


def _versions(policy: Policy) -> PolicyVersionQuerySet:
    return PolicyVersion.objects.of_policy(policy)


def _version(policy: Policy, number: int) -> PolicyVersion:
    row = _versions(policy).filter(number=number).select_related("payload", "policy", "run").first()
    if row is None:
        raise Http404
    return row


def _chosen(request: TenantRequest, policy: Policy, name: str) -> PolicyVersion:
    text = parameters.text(request.GET, name, longest=9)
    if not text.isdecimal():
        raise Http404
    return _version(policy, int(text))
