"""Reading what a form or a list has chosen: policies and sets (UX-15, UX-96)."""

from dataclasses import fields
from typing import Any

from django.http import QueryDict

from tenantpilot.backups.models import BackupSet, BackupSetQuerySet
from tenantpilot.inventory.models import PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.web.backups.tables import SETS
from tenantpilot.web.frame.access import TenantRequest
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import chosen_ids

SHOWN = 10
MOST_SETS = 2_000
_NARROWING = tuple(field.name for field in fields(PolicyFilter))


def policy_selection(request: TenantRequest, field: str) -> Selection:
    """Return the policies that a link or a form has chosen."""
    return _policies(request.POST if request.method == "POST" else request.GET, field)


def member_ids(request: TenantRequest) -> list[int]:
    """Return the members that a link or a form names."""
    return chosen_ids(request.POST if request.method == "POST" else request.GET, "member")


def _policies(query: QueryDict, field: str) -> Selection:
    """Return the policies that are named, or the filter where all that match it are asked for."""
    if not parameters.is_sent(query, "matching"):
        return chosen_ids(query, field)
    try:
        return PolicyFilter(**{name: parameters.text(query, name) for name in _NARROWING})
    except ValueError:
        # A filter that cannot be read selects nothing, never everything.
        return []


def chosen(policies: PolicyQuerySet, selection: Selection) -> PolicyQuerySet:
    return selection.narrow(policies) if isinstance(selection, PolicyFilter) else policies.filter(pk__in=selection)


def hidden_fields(selection: Selection, field: str) -> list[tuple[str, Any]]:
    """Return the selection that the form sends: "all matching" is the filter, not the ids."""
    if isinstance(selection, PolicyFilter):
        return [("matching", "1"), *((name, value) for name, value in vars(selection).items() if value)]
    return [(field, pk) for pk in selection]


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
