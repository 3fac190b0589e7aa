"""The tenant that a restore goes into: the one that it comes from, or another one of the workspace."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, resolve_tenant, tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.refusals import record_refusal
from tenantpilot.web.frame.access import TenantRequest
from tenantpilot.web.ui import parameters

LONGEST_SLUG = 63
MOST_OFFERED = 200


def targets(request: TenantRequest) -> list[Tenant]:
    """Return the other tenants of the workspace in which the person may prepare restores, by name."""
    able = tenants_where(request.user, Capability.RESTORE_PREVIEW).exclude(pk=request.tenant.pk)
    return list(able.filter(workspace_id=request.tenant.workspace_id).by_name()[:MOST_OFFERED])


def chosen_target(request: TenantRequest) -> Tenant:
    """Return the tenant that the form names; the own one where it names none.

    Raises Http404 for one that the person does not see or that is of another workspace, PermissionDenied for one in
    which they prepare no restores.
    """
    slug = parameters.text(request.POST, "target", longest=LONGEST_SLUG)
    if slug in ("", request.tenant.slug):
        return request.tenant
    try:
        access = resolve_tenant(request.user, slug)
        if access.tenant.workspace_id != request.tenant.workspace_id:
            raise Http404
        access.require(Capability.RESTORE_PREVIEW)
    except NotVisible as error:
        record_refusal(request.user, slug, now=timezone.now())
        raise Http404 from error
    except CapabilityMissing as error:
        raise PermissionDenied(access.why_not(error.capability)) from error
    return access.tenant


def target_facts(request: TenantRequest) -> dict[str, Any]:
    """Return the tenants to choose one of, and the one that was chosen before a problem."""
    return {"targets": targets(request), "target": parameters.text(request.POST, "target", longest=LONGEST_SLUG)}
