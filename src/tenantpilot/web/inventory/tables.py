"""The table of policies of a tenant."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.inventory.csv_columns import CSV_COLUMNS
from tenantpilot.web.ui.saved_views.available import SavedList, saveable
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table, parse_time
from tenantpilot.web.ui.tables.fields import DayFilter, RunFilter

Words = str | Promise

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CARE = [("in_care", _("In care")), ("ignored", _("Ignored"))]
ASSIGNED = [("yes", _("Assigned")), ("no", _("Not assigned"))]
STATE = [
    ("enabled", _("On")),
    ("enabledForReportingButNotEnforced", _("Report-only")),
    ("disabled", _("Off")),
]
MOST_TAGS = 200
PRESENCE = [("present", _("Present")), ("missing", _("Missing"))]


def _types() -> list[tuple[str, list[tuple[str, Words]]]]:
    every = policy_types.every()
    areas = dict.fromkeys(policy_type.area for policy_type in every)
    return [
        (area.label, [(policy_type.key, policy_type.label) for policy_type in every if policy_type.area is area])
        for area in areas
    ]


def _platforms() -> list[tuple[str, str]]:
    return [(platform.value, platform.label) for platform in policy_types.Platform]


def _areas() -> list[tuple[str, str]]:
    return [(area.value, area.label) for area in policy_types.Area]


def _scope_tags(request: Any) -> list[tuple[str, str]]:
    """Return the scope tags of the tenant that the list is of. One query."""
    access = getattr(request, "access", None)
    if access is None:
        return []
    tags = Policy.objects.of_tenant(access.tenant).of_type("roleScopeTag").by_name()
    return list(tags.values_list("graph_id", "name")[:MOST_TAGS])


class ByPolicyFilter:
    """A filter of the table that narrows as the filter of a selection of the same name: list and bulk agree."""

    def narrowed(self, rows: PolicyQuerySet, name: str, value: Any) -> PolicyQuerySet:
        return PolicyFilter(**{name: str(value)}).narrow(rows)


class PolicyFilters(ByPolicyFilter, Filters):
    """By a part of the name, by what a policy is, and by what became of it."""

    q = django_filters.CharFilter(label=_("Name"), method="narrowed")
    type = django_filters.ChoiceFilter(label=_("Type"), choices=_types, empty_label=_("All types"), method="narrowed")
    area = django_filters.ChoiceFilter(label=_("Area"), choices=_areas, empty_label=_("All areas"), method="narrowed")
    platform = django_filters.ChoiceFilter(
        label=_("Platform"), choices=_platforms, empty_label=_("Any platform"), method="narrowed"
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATE, empty_label=_("Any state"), method="narrowed")
    assigned = django_filters.ChoiceFilter(
        label=_("Assignment"), choices=ASSIGNED, empty_label=_("Assigned or not"), method="narrowed"
    )
    presence = django_filters.ChoiceFilter(
        label=_("Presence"), choices=PRESENCE, empty_label=_("Present and missing"), method="narrowed"
    )
    care = django_filters.ChoiceFilter(
        label=_("Care"), choices=CARE, empty_label=_("In care and ignored"), method="narrowed"
    )
    tag = django_filters.ChoiceFilter(
        label=_("Scope tag"), choices=(), empty_label=_("Any scope tag"), method="narrowed"
    )
    since = DayFilter(label=_("Changed since"), method="narrowed")
    run = RunFilter(label=_("Changed by operation"), method="narrowed", widget=forms.HiddenInput)

    class Meta:
        model = Policy
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["tag"].extra["choices"] = _scope_tags(self.request)


def with_modified(rows: Any) -> Any:
    """`modified` is never null: what Graph gives no time for sorts as the oldest."""
    return rows.annotate(modified=Coalesce("last_modified_at", Value(NEVER)))


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s policy", "%(figure)s policies", count) % {"figure": figure}


POLICIES = Table(
    name="policies",
    caption=_("Policies"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("Type"), sort="type", key="type"),
        Column(_("Platform"), css="wide-only", key="platform"),
        Column(_("State"), key="state"),
        Column(_("Assignment"), css="wide-only", key="assignment"),
        Column(_("Presence"), key="presence"),
        Column(_("Modified"), sort="modified", key="modified"),
        Column(_("Changed"), sort="changed", css="wide-only", key="changed"),
        Column(_("Last seen"), sort="seen", css="wide-only to-end", key="seen"),
    ),
    sorts={
        "name": Sort("name"),
        "type": Sort("type"),
        "modified": Sort("modified", parse_time),
        "changed": Sort("changed_at", parse_time),
        "seen": Sort("last_seen_at", parse_time),
    },
    default_sort="name",
    filters=PolicyFilters,
    folded_filters=("state", "assigned", "presence", "care", "tag", "since", "run"),
    hidden_columns=("Changed", "Last seen"),
    csv=CSV_COLUMNS,
    rows="web/inventory/rows.html",
    counted=_counted,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No policies yet"),
        text=_("A sync reads the tenant's configuration and lists it here."),
        nothing_matches=_("No policies match these filters"),
        icon="layers",
        action_template="web/parts/first_sync.html",
    ),
)
SAVED_POLICIES = saveable(
    SavedList(
        table=POLICIES,
        url_name="inventory",
        prefix="policy-",
        capability=Capability.INVENTORY_VIEW,
        label=_("Policies"),
        all_label=_("All policies"),
    )
)
