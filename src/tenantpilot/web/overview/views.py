"""The tenant's overview: how fresh, how much of what, what happened lately."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.sync_age import freshness_of
from tenantpilot.inventory.sync_surface import sync_button
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.ui.charts import Figures, bar_chart, policies_summary

RUNS_SHOWN = 6


@require_GET
@requires(Capability.TENANT_VIEW)
def tenant_overview(request: TenantRequest) -> HttpResponse:
    """Everything on one page, in a handful of queries."""
    now = timezone.now()
    rows = figures_by_type(request.tenant)
    fresh = freshness_of(request.tenant, now=now)
    context = {
        "heading": _("Overview"),
        "now": now,
        "fresh": fresh,
        "failing": [policy_types.label_of(key) for key in fresh.failing_types],
        "chart": bar_chart(_("Policies by type"), policies_summary(rows), rows),
        "present": sum(row.present for row in rows),
        "missing": sum(row.missing for row in rows),
        "types": sum(1 for row in rows if row.total),
        "runs": list(OperationRun.objects.of_tenant(request.tenant).newest_first().for_list()[:RUNS_SHOWN]),
        **sync_button(request.access),
    }
    return render(request, "web/overview/page.html", context)


def figures_by_type(tenant: Tenant) -> list[Figures]:
    """Policies of each type, present and missing, with the list they were counted in. One query."""
    grouped = Policy.objects.of_tenant(tenant).order_by().values("type")
    counted = grouped.annotate(
        missing=Count("pk", filter=Q(missing_since__isnull=False)), present=Count("pk", filter=Q(missing_since=None))
    )
    address = reverse("inventory", args=[tenant.slug])
    return [
        Figures(
            policy_types.label_of(row["type"]),
            row["present"],
            row["missing"],
            f"{address}?{urlencode({'type': row['type']})}",
        )
        for row in counted
    ]
