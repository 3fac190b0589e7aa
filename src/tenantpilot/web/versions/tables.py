"""The table of all versions of a tenant."""

from datetime import date, datetime, time

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.inventory import policy_types
from tenantpilot.versions.models import PolicyVersion, PolicyVersionQuerySet
from tenantpilot.versions.states import Restorable, Source
from tenantpilot.web.ui.tables.csv_files import CsvColumn, moment
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table, parse_time
from tenantpilot.web.ui.tables.fields import DayFilter, RunFilter

CHANGES = [("changed", _("Changes only")), ("first", _("First versions only"))]


def _types() -> list[tuple[str, str]]:
    return [(policy_type.key, str(policy_type.label)) for policy_type in policy_types.every()]


class VersionFilters(Filters):
    """By a part of the policy's name, by change, and by how far a version can be restored."""

    q = django_filters.CharFilter(label=_("Policy"), field_name="policy__name", lookup_expr="icontains")
    change = django_filters.ChoiceFilter(
        label=_("Change"), choices=CHANGES, empty_label=_("First and later versions"), method="by_change"
    )
    type = django_filters.ChoiceFilter(
        label=_("Type"), choices=_types, empty_label=_("All types"), field_name="policy__type"
    )
    source = django_filters.ChoiceFilter(label=_("Taken by"), choices=Source.choices, empty_label=_("Any source"))
    since = DayFilter(label=_("Read since"), method="by_day")
    run = RunFilter(label=_("Operation"), field_name="run", widget=forms.HiddenInput)
    restorable = django_filters.ChoiceFilter(label=_("Restorable"), choices=Restorable.choices, empty_label=_("Any"))

    class Meta:
        model = PolicyVersion
        fields: list[str] = []

    def by_change(self, rows: PolicyVersionQuerySet, name: str, value: str) -> PolicyVersionQuerySet:
        return rows.filter(number=1) if value == "first" else rows.exclude(number=1)

    def by_day(self, rows: PolicyVersionQuerySet, name: str, value: date) -> PolicyVersionQuerySet:
        return rows.filter(read_at__gte=datetime.combine(value, time(), tzinfo=timezone.get_current_timezone()))


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s version", "%(figure)s versions", count) % {"figure": figure}


CSV_COLUMNS = (
    CsvColumn(_("Policy"), lambda version: version.policy.name),
    CsvColumn(_("Type"), lambda version: policy_types.label_of(version.policy.type)),
    CsvColumn(_("Version"), lambda version: str(version.number)),
    CsvColumn(_("What changed"), lambda version: version.sentence),
    CsvColumn(_("Differences"), lambda version: str(version.differences)),
    CsvColumn(_("Restorable"), lambda version: str(version.get_restorable_display())),
    CsvColumn(_("Taken by"), lambda version: str(version.get_source_display())),
    CsvColumn(_("Read"), lambda version: moment(version.read_at)),
)
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
    sorts={"read": Sort("read_at", parse_time)},
    default_sort="-read",
    filters=VersionFilters,
    folded_filters=("source", "since", "run"),
    csv=CSV_COLUMNS,
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
