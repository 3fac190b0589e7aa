"""Versions: removing old ones, with what stays and why shown first; and choosing two to compare."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.pruning import MOST_CHOSEN, chosen_versions, reasons_to_keep
from tenantpilot.versions.services import start_prune
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import Action, Bulk, bulk_of, chosen_ids
from tenantpilot.web.versions.tables import VERSIONS

SHOWN = 20


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_PRUNE)
def prune_versions(request: TenantRequest) -> HttpResponse:
    """GET shows what would be removed and what stays (UX-31, UX-32); POST starts it."""
    if request.method != "POST":
        return _ask(request)
    chosen = chosen_ids(request.POST, "version")
    if not chosen or len(chosen) > MOST_CHOSEN:
        return redirect("versions", request.tenant.slug)
    try:
        started = start_prune(tenant=request.tenant, initiator=request.user, versions=chosen, now=timezone.now())
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return operation_started(request, started)


@require_GET
@requires(Capability.INVENTORY_VIEW)
def compare_chosen(request: TenantRequest) -> HttpResponse:
    """Lead to the comparison of the two chosen versions, the older one first; back to the list for another number."""
    chosen = chosen_versions(request.tenant, chosen_ids(request.GET, "version")[:3])
    if len(chosen) != 2:
        return redirect("versions", request.tenant.slug)
    after, before = chosen
    address = reverse("version-comparison", args=[request.tenant.slug])
    return redirect(f"{address}?before={before.pk}&after={after.pk}")


def bulk_of_versions(request: TenantRequest) -> Bulk | None:
    slug = request.tenant.slug
    compare = Action(
        "compare",
        gettext_lazy("Compare two"),
        "layers",
        reverse("compare-versions", args=[slug]),
        gettext_lazy("{0} of {1} can be compared"),
        lambda version: True,
    )
    prune = Action(
        "prune",
        gettext_lazy("Remove versions"),
        "x",
        reverse("prune-versions", args=[slug]),
        gettext_lazy("{1} chosen: what stays is shown first"),
        lambda version: True,
    )
    return bulk_of("version", compare, prune if request.access.may(Capability.POLICY_PRUNE) else None)


def _ask(request: TenantRequest) -> HttpResponse:
    versions = chosen_versions(request.tenant, _chosen(request))
    reasons = reasons_to_keep(versions)
    going = [version for version in versions if version.pk not in reasons]
    words = ngettext("Remove %(count)d version of %(tenant)s?", "Remove %(count)d versions of %(tenant)s?", len(going))
    staying = [
        (version, _(ReasonCatalog.get(reasons[version.pk]).text)) for version in versions if version.pk in reasons
    ]
    context = {
        "heading": words % {"count": len(going), "tenant": request.tenant.name},
        "count": len(going),
        "going": going[:SHOWN],
        "going_ids": [version.pk for version in going],
        "staying": staying[:SHOWN],
        "staying_count": len(staying),
        "back": page_before(request, otherwise=reverse("versions", args=[request.tenant.slug])),
    }
    return render(request, "web/versions/prune.html", context)


def _chosen(request: TenantRequest) -> list[int]:
    """Return the versions that are named, or all that match; a filter that cannot be read selects none."""
    if not parameters.is_sent(request.GET, "matching"):
        return chosen_ids(request.GET, "version")[:MOST_CHOSEN]
    filters = VERSIONS.filters(request.GET, queryset=PolicyVersion.objects.of_tenant(request.tenant), request=request)
    known_parameters = {*filters.form.fields, "matching", "chosen", "sort", "size", "at"}
    if not filters.form.is_valid() or set(parameters.names(request.GET)) - known_parameters:
        return []
    return list(filters.qs.order_by("-pk").values_list("pk", flat=True)[:MOST_CHOSEN])
