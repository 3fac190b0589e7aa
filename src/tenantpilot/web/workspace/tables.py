"""The table of tenants of a person."""

from typing import Any

import django_filters
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import INVENTORY_SYNC
from tenantpilot.inventory.sync_age import READ_SOMETHING
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.ui.saved_views.available import SavedList, saveable
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table


class TenantFilters(Filters):
    """By a part of the name."""

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")

    class Meta:
        model = Tenant
        fields: list[str] = []


def with_state(tenants: Any) -> Any:
    """Policies, last sync and runs under way of each tenant, counted only for the rows of the page."""
    policies = Policy.everywhere.present().filter(tenant=OuterRef("pk"))
    active = OperationRun.everywhere.active().filter(tenant=OuterRef("pk"))
    synced = OperationRun.everywhere.of_type(INVENTORY_SYNC.key).filter(
        tenant=OuterRef("pk"), outcome__in=READ_SOMETHING
    )
    return tenants.select_related("workspace").annotate(
        policy_count=_number_of(policies),
        active_count=_number_of(active),
        synced_at=Subquery(synced.newest_first().values("completed_at")[:1]),
    )


def _number_of(rows: Any) -> Any:
    counted = rows.order_by().values("tenant").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s tenant", "%(figure)s tenants", count) % {"figure": figure}


TENANTS = Table(
    name="tenants",
    caption=_("Tenants"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("Workspace")),
        Column(_("Policies"), css="number"),
        Column(_("Last sync")),
        Column(_("Active operations")),
    ),
    sorts={"name": Sort("name")},
    default_sort="name",
    filters=TenantFilters,
    rows="web/workspace/rows.html",
    counted=_counted,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No tenants yet"),
        text=_("An owner of the workspace adds tenants, connects them, and gives people a role in them."),
        nothing_matches=_("No tenants match these filters"),
        icon="building-2",
    ),
)
SAVED_TENANTS = saveable(
    SavedList(
        table=TENANTS,
        url_name="",
        prefix="tenant-",
        capability=Capability.TENANT_VIEW,
        label=_("Tenants"),
        all_label=_("All tenants"),
    )
)
