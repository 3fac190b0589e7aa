"""Reading what a form or a list has chosen: members and sets (UX-15, UX-96)."""

from django.http import QueryDict

from tenantpilot.backups.models import BackupSet, BackupSetQuerySet
from tenantpilot.web.backups.tables import SETS
from tenantpilot.web.frame.access import TenantRequest
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import chosen_ids

SHOWN = 10
MOST_SETS = 2_000


def member_ids(request: TenantRequest) -> list[int]:
    """Return the members that a link or a form names."""
    return chosen_ids(request.POST if request.method == "POST" else request.GET, "member")


def chosen_sets(request: TenantRequest) -> BackupSetQuerySet:
    """Return the sets that a link or a form has chosen."""
    return _sets(request, request.POST if request.method == "POST" else request.GET)


def _sets(request: TenantRequest, query: QueryDict) -> BackupSetQuerySet:
    """Return the sets that are named, or all that match the filters; at most MOST_SETS."""
    sets = BackupSet.objects.of_tenant(request.tenant).select_related("chain")
    if not parameters.is_sent(query, "matching"):
        return sets.filter(pk__in=chosen_ids(query, "set")[:MOST_SETS])
    filters = SETS.filters(query, queryset=sets, request=request)
    return filters.qs if filters.form.is_valid() else sets.none()
