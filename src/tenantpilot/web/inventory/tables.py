"""The table of policies of a tenant."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

Words = str | Promise

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CARE = [("in_care", _("In care")), ("ignored", _("Ignored"))]
PRESENCE = [("present", _("Present")), ("missing", _("Missing"))]


def _types() -> list[tuple[str, list[tuple[str, Words]]]]:
    every = policy_types.every()
    areas = dict.fromkeys(kind.area for kind in every)
    return [(area.label, [(kind.key, kind.label) for kind in every if kind.area is area]) for area in areas]


def _platforms() -> list[tuple[str, str]]:
    return [(platform.value, platform.label) for platform in policy_types.Platform]


class PolicyFilters(Filters):
    """By a part of the name, type, platform, and whether the last sync saw it."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    type = django_filters.ChoiceFilter(label=_("Type"), choices=_types, empty_label=_("All types"))
    platform = django_filters.ChoiceFilter(label=_("Platform"), choices=_platforms, empty_label=_("Any platform"))
    presence = django_filters.ChoiceFilter(
        label=_("Presence"), choices=PRESENCE, empty_label=_("Present and missing"), method="by_presence"
    )

    care = django_filters.ChoiceFilter(
        label=_("Care"), choices=CARE, empty_label=_("In care and ignored"), method="by_care"
    )

    class Meta:
        model = Policy
        fields: list[str] = []

    def by_name(self, rows: PolicyQuerySet, name: str, value: str) -> PolicyQuerySet:
        return rows.named_like(value)

    def by_care(self, rows: PolicyQuerySet, name: str, value: str) -> PolicyQuerySet:
        return rows.ignored() if value == "ignored" else rows.in_care()

    def by_presence(self, rows: PolicyQuerySet, name: str, value: str) -> PolicyQuerySet:
        return rows.missing() if value == "missing" else rows.present()


def with_modified(rows: Any) -> Any:
    """`modified` is never null: what Graph gives no time for sorts as the oldest."""
    return rows.annotate(modified=Coalesce("last_modified_at", Value(NEVER)))


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s policy", "%(figure)s policies", count) % {"figure": figure}


def _time(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    return moment


POLICIES = Table(
    name="policies",
    caption=_("Policies"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("Type"), sort="type"),
        Column(_("Platform"), css="wide-only"),
        Column(_("Presence")),
        Column(_("Modified"), sort="modified"),
        Column(_("Last seen"), sort="seen", css="wide-only to-end"),
    ),
    sorts={
        "name": Sort("name"),
        "type": Sort("type"),
        "modified": Sort("modified", _time),
        "seen": Sort("last_seen_at", _time),
    },
    default_sort="name",
    filters=PolicyFilters,
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
