"""Turning the switch. Turning it twice is harmless; each turn is audited (SEC-10)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tenantpilot.tenancy import stops
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import SignedInRequest, TenantRequest, platform_plane, requires


@require_POST
@requires(Capability.OPERATIONS_CANCEL)
def stop_tenant_work(request: TenantRequest) -> HttpResponse:
    """Nothing of the tenant is taken up or started by the clock until it is resumed."""
    stops.stop_tenant(request.tenant, actor=request.user, now=timezone.now())
    return redirect("operations", request.tenant.slug)


@require_POST
@requires(Capability.OPERATIONS_CANCEL)
def resume_tenant_work(request: TenantRequest) -> HttpResponse:
    """Let the tenant's work go on."""
    stops.resume_tenant(request.tenant, actor=request.user, now=timezone.now())
    return redirect("operations", request.tenant.slug)


@require_POST
@platform_plane
def stop_all_work(request: SignedInRequest) -> HttpResponse:
    """Nothing at all is taken up or started by the clock until it is resumed."""
    stops.stop_installation(actor=request.user, now=timezone.now())
    return redirect("system-health")


@require_POST
@platform_plane
def resume_all_work(request: SignedInRequest) -> HttpResponse:
    """Let all work go on, in the database that it is in now."""
    stops.resume_installation(actor=request.user, now=timezone.now())
    return redirect("system-health")
