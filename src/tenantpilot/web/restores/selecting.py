"""Choosing restores of a list, and what can be done with their records."""

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tenantpilot.restores.models import RestoreRun, RestoreRunQuerySet
from tenantpilot.restores.states import ENDED
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest
from tenantpilot.web.restores.tables import RESTORES
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import Action, Bulk, bulk_of, chosen_ids

MOST_RESTORES = 2_000


def chosen_restores(request: TenantRequest) -> RestoreRunQuerySet:
    """Return the restores that a link or a form names, or all that match the filters."""
    return _restores(request, request.POST if request.method == "POST" else request.GET)


def _restores(request: TenantRequest, query: QueryDict) -> RestoreRunQuerySet:
    """Return at most MOST_RESTORES of those that are named."""
    rows = RestoreRun.objects.of_tenant(request.tenant)
    if not parameters.is_sent(query, "matching"):
        return rows.filter(pk__in=chosen_ids(query, "restore")[:MOST_RESTORES])
    filters = RESTORES.filters(query, queryset=rows, request=request)
    return filters.qs if filters.form.is_valid() else rows.none()


def trashing(request: TenantRequest) -> Bulk | None:
    """Return the move to the trash that the list offers for chosen restores."""
    if not request.access.may(Capability.RESTORE_DELETE):
        return None
    address = reverse("trash-restores", args=[request.tenant.slug])
    label, fitting = _("Move to the trash"), _("{0} of {1} can be moved to the trash")
    return bulk_of("restore", Action("trash", label, "x", address, fitting, lambda row: row.state in ENDED))


def removal(request: TenantRequest) -> Bulk | None:
    """Return the ways back and out that the trash offers for chosen restores."""
    if not request.access.may(Capability.RESTORE_DELETE):
        return None
    slug = request.tenant.slug
    back, gone = reverse("return-restores", args=[slug]), reverse("delete-restores", args=[slug])
    return bulk_of(
        "restore",
        Action("return", _("Take back"), "rotate-cw", back, _("{0} of {1} can be taken back"), lambda _row: True),
        Action("delete", _("Delete for good"), "x", gone, _("{0} of {1} can be deleted"), lambda _row: True),
    )
