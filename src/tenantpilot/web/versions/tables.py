"""The table of all versions of a tenant."""

from datetime import datetime

import django_filters
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.versions.models import PolicyVersion, PolicyVersionQuerySet
from tenantpilot.versions.states import Restorable
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

CHANGES = [("changed", _("Changes only")), ("first", _("First versions only"))]


class VersionFilters(Filters):
    """By a part of the policy's name, by change, and by how far a version can be restored."""

    q = django_filters.CharFilter(label=_("Policy"), field_name="policy__name", lookup_expr="icontains")
    change = django_filters.ChoiceFilter(
        label=_("Change"), choices=CHANGES, empty_label=_("First and later versions"), method="by_change"
    )
    restorable = django_filters.ChoiceFilter(label=_("Restorable"), choices=Restorable.choices, empty_label=_("Any"))

    class Meta:
        model = PolicyVersion
        fields: list[str] = []

    def by_change(self, rows: PolicyVersionQuerySet, name: str, value: str) -> PolicyVersionQuerySet:
        return rows.filter(number=1) if value == "first" else rows.exclude(number=1)


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s version", "%(figure)s versions", count) % {"figure": figure}


def _time(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    return moment


VERSIONS = Table(
    name="versions",
    caption=_("Versions"),
    columns=(
        Column(_("Policy")),
        Column(_("Version")),
        Column(_("What changed")),
        Column(_("Restorable"), css="wide-only"),
        Column(_("Read"), sort="read", css="to-end"),
    ),
    sorts={"read": Sort("read_at", _time)},
    default_sort="-read",
    filters=VersionFilters,
    rows="web/versions/rows.html",
    counted=_counted,
    search_label=_("Search policy"),
    empty=Empty(
        title=_("No versions yet"),
        text=_("A capture keeps each policy whole, and after that whatever changes."),
        nothing_matches=_("No versions match these filters"),
        icon="layers",
        action_template="web/versions/empty_action.html",
    ),
)
