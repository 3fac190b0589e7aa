"""The restore drill of a tenant: how much of the last good set could be restored, what not, and why."""

from typing import Any

import django_filters
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.restores.drills import newest_report, start_drill
from tenantpilot.restores.models import DrillFinding
from tenantpilot.restores.operations import LONGEST_SEED, MOST_SAMPLED, RESTORE_DRILL, DrillInputs
from tenantpilot.restores.words import reason_choices
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.views import may
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import start_surface
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table
from tenantpilot.web.ui.tables.listing import listing


class FindingFilters(Filters):
    """By a part of the policy's name, and by the reason."""

    q = django_filters.CharFilter(label=gettext_lazy("Name"), field_name="policy__name", lookup_expr="icontains")
    reason = django_filters.ChoiceFilter(
        label=gettext_lazy("Reason"),
        field_name="reason_code",
        choices=lambda: reason_choices(RESTORE_DRILL.reason_codes),
        empty_label=gettext_lazy("Any reason"),
    )

    class Meta:
        model = DrillFinding
        fields: list[str] = []


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s policy", "%(figure)s policies", count) % {"figure": figure}


FINDINGS = Table(
    name="drill-findings",
    caption=gettext_lazy("Policies that could not be restored"),
    columns=(
        Column(gettext_lazy("Name"), sort="name"),
        Column(gettext_lazy("Type")),
        Column(gettext_lazy("Reason"), css="to-end"),
    ),
    sorts={"name": Sort("policy__name")},
    default_sort="name",
    filters=FindingFilters,
    rows="web/backups/drill_rows.html",
    counted=_counted,
    search_label=gettext_lazy("Search name"),
    empty=Empty(
        title=gettext_lazy("Nothing stands in the way"),
        text=gettext_lazy("Each policy that the newest drill looked at could be restored."),
        nothing_matches=gettext_lazy("No policies match these filters"),
        icon="shield-check",
    ),
)


@require_GET
@requires(Capability.BACKUP_VIEW)
def drill(request: TenantRequest) -> HttpResponse:
    """Return the newest drill with the policies that could not be restored."""
    report = newest_report(request.tenant)
    context: dict[str, Any] = {
        "heading": _("Restore drill"),
        "report": report,
        "usual": DrillInputs(),
        "most": MOST_SAMPLED,
        "longest_seed": LONGEST_SEED,
        **may(request, drill=Capability.BACKUP_VERIFY),
    }
    if report is None:
        return render(request, "web/backups/drill_before_the_first.html", context)
    rows = DrillFinding.objects.filter(drill=report.drill).select_related("policy")
    return listing(request, FINDINGS, rows, "web/backups/drill.html", context)


@require_POST
@requires(Capability.BACKUP_VERIFY)
@start_surface
def start(request: TenantRequest) -> Started | AlreadyActive:
    """Start a drill with the size of the sample and the seed that the form names, else with the usual ones."""
    return start_drill(tenant=request.tenant, initiator=request.user, inputs=_inputs(request), now=timezone.now())


def _inputs(request: TenantRequest) -> DrillInputs:
    """Return the inputs; a size that is none is the usual one, and one that is too large is the largest."""
    text = parameters.text(request.POST, "sample", longest=6)
    size = int(text) if text.isascii() and text.isdecimal() else 0
    seed = parameters.text(request.POST, "seed", longest=LONGEST_SEED)
    return DrillInputs(min(size, MOST_SAMPLED) or DrillInputs().sample, seed)
