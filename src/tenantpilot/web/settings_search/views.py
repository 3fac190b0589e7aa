"""Search by setting: what is found, the values of one setting, and the conflicts of a tenant."""

from typing import Any

from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.conflicts import conflicts_of
from tenantpilot.versions.index_models import PolicyIndex, SettingDefinition, SettingValue
from tenantpilot.versions.setting_search import find_settings, values_of
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest, requires, visible_tenants, workspace_plane
from tenantpilot.web.settings_search.tables import VALUES, with_names
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.listing import listing

LONGEST = 120
MOST_DIFFERENT = 20


@require_GET
@workspace_plane
def search(request: WorkspaceRequest) -> HttpResponse:
    """Render the settings found in all tenants whose inventory the person may see."""
    return _found(request, visible_tenants(request.user, Capability.INVENTORY_VIEW), "web/settings_search/page.html")


@require_GET
@requires(Capability.INVENTORY_VIEW)
def search_in_tenant(request: TenantRequest) -> HttpResponse:
    """Render the settings found in one tenant."""
    only = Tenant.everywhere.filter(pk=request.tenant.pk).values("pk")
    return _found(request, only, "web/settings_search/tenant_page.html")


@require_GET
@workspace_plane
def values(request: WorkspaceRequest, definition_id: int) -> HttpResponse:
    """Return the values of a setting over all tenants whose inventory the person may see."""
    visible = visible_tenants(request.user, Capability.INVENTORY_VIEW)
    definition = SettingDefinition.objects.filter(pk=definition_id).first()
    rows = values_of(visible, definition.key) if definition else SettingValue.objects.none()
    if definition is None or not rows.exists():
        raise Http404
    context = {"heading": str(definition), "definition": definition, "different": _different(definition, rows)}
    value_rows = (
        with_names(rows)
        .select_related("definition", "policy", "tenant")
        .defer("policy__properties", "policy__description")
    )
    return listing(request, VALUES, value_rows, "web/settings_search/values.html", context)


@require_GET
@requires(Capability.INVENTORY_VIEW)
def conflicts(request: TenantRequest) -> HttpResponse:
    """Return the settings to which policies of the tenant give different values."""
    tenant_conflicts = conflicts_of(request.tenant)
    is_captured = bool(tenant_conflicts.rows) or PolicyIndex.objects.filter(tenant=request.tenant).exists()
    context = {"heading": _("Conflicts"), "conflicts": tenant_conflicts, "is_captured": is_captured}
    return render(request, "web/settings_search/conflicts.html", context)


def _found(request: Any, tenants: QuerySet[Any], template: str) -> HttpResponse:
    typed = parameters.text(request.GET, "q", longest=LONGEST).strip()
    results = find_settings(tenants, typed)
    return render(request, template, {"heading": _("Settings search"), "typed": typed, "results": results})


def _different(definition: SettingDefinition, rows: QuerySet[SettingValue]) -> list[dict[str, Any]]:
    """Return the different values, the most frequent ones first, with the policies and tenants that have them."""
    counted = (
        rows.order_by()
        .values("value_hash", "is_secret")
        .annotate(
            text=Min("value_text"),
            policies=Count("policy", distinct=True),
            tenants=Count("tenant", distinct=True),
        )
        .order_by("-policies", "value_hash")
    )
    return [{**row, "words": definition.words_of(row["text"])} for row in counted[:MOST_DIFFERENT]]
