"""Governance → Audit log."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.audit.models import AuditLog, AuditLogQuerySet
from tenantpilot.audit.services import INSTALLATION
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.audit.lines import lines_of
from tenantpilot.web.audit.tables import AUDIT
from tenantpilot.web.frame.access import (
    SignedInRequest,
    TenantRequest,
    WorkspaceRequest,
    platform_plane,
    requires,
    workspace_plane,
)
from tenantpilot.web.ui.tables.listing import listing


@require_GET
@requires(Capability.AUDIT_VIEW)
def tenant_audit(request: TenantRequest) -> HttpResponse:
    """Return the entries of one tenant."""
    rows = AuditLog.objects.of_tenant(request.tenant.pk)
    return _log(request, rows, shows_tenants=False)


@require_GET
@workspace_plane
def workspace_audit(request: WorkspaceRequest) -> HttpResponse:
    """Return the entries of whole workspaces, for those who may read them in all of their tenants."""
    able = [access.workspace.pk for access in request.workspaces if access.may(Capability.AUDIT_VIEW)]
    if not able:
        raise PermissionDenied(_("To read the audit log of a workspace you need to be its owner or manager."))
    return _log(request, AuditLog.objects.filter(workspace_id__in=able), shows_tenants=True)


@require_GET
@platform_plane
def system_audit(request: SignedInRequest) -> HttpResponse:
    """Return the entries about people and keys of the installation. No tenant is in them (SEC-01)."""
    return _log(request, AuditLog.objects.of_workspace(INSTALLATION), shows_tenants=False)


def _log(request: Any, rows: AuditLogQuerySet, *, shows_tenants: bool) -> HttpResponse:
    return listing(
        request,
        AUDIT,
        rows,
        "web/audit/page.html",
        {"heading": _("Audit log")},
        lambda entries: {"lines": lines_of(entries.page.rows, shows_tenants=shows_tenants)},
    )
