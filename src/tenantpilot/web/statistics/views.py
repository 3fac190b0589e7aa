"""Monitoring → Operations → Statistics: durations and throughput of a tenant's operations."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tenantpilot.operations.monitoring.statistics import NEWEST, NEWEST_FOR_DAYS, durations, throughput
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.statistics.charts import day_chart, duration_chart
from tenantpilot.web.ui import parameters

RANGES = (7, 30, 90)
USUAL = 30


@require_GET
@requires(Capability.OPERATIONS_VIEW)
def operation_statistics(request: TenantRequest) -> HttpResponse:
    """Return the runs that ended in the last days, with their durations. Two queries of a bounded part."""
    now, days_asked = timezone.now(), parameters.text(request.GET, "days")
    days = int(days_asked) if days_asked in {str(number) for number in RANGES} else USUAL
    list_url = reverse("operations", args=[request.tenant.slug])
    ended = throughput(request.tenant, now=now, days=days)
    context = {
        "heading": _("Operation statistics"),
        "list_url": list_url,
        "ranges": _ranges(request.path, days),
        "wrong_range": any(parameters.texts(request.GET, "days"))
        and days_asked not in {str(number) for number in RANGES},
        "days": days,
        "day_chart": day_chart(ended, list_url),
        "duration_chart": duration_chart(durations(request.tenant, since=now - timedelta(days=days)), list_url),
        "newest": {"days": NEWEST_FOR_DAYS, "durations": NEWEST},
    }
    return render(request, "web/statistics/page.html", context)


def _ranges(path: str, chosen: int) -> list[dict[str, Any]]:
    return [
        {
            "label": ngettext("%(days)d day", "%(days)d days", days) % {"days": days},
            "url": path if days == USUAL else f"{path}?days={days}",
            "is_current": days == chosen,
        }
        for days in RANGES
    ]
