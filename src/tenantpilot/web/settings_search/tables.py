"""The table of a setting's values over tenants."""

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.versions.index_models import SettingValue
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table


class ValueFilters(Filters):
    """By a part of the value, and by one exact value."""

    q = django_filters.CharFilter(label=_("Value"), field_name="value_text", lookup_expr="icontains")

    class Meta:
        model = SettingValue
        fields: list[str] = []


def with_names(rows: QuerySet[SettingValue]) -> Any:
    """Add the names by which the table is sorted."""
    return rows.annotate(policy_name=F("policy__name"), tenant_name=F("tenant__name"))


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s value", "%(figure)s values", count) % {"figure": figure}


VALUES = Table(
    name="setting_values",
    caption=_("Values"),
    columns=(
        Column(_("Policy"), sort="policy"),
        Column(_("Tenant"), sort="tenant"),
        Column(_("Value"), sort="value", css="to-end"),
    ),
    sorts={"policy": Sort("policy_name"), "tenant": Sort("tenant_name"), "value": Sort("value_text")},
    default_sort="tenant",
    filters=ValueFilters,
    rows="web/settings_search/rows.html",
    counted=_counted,
    search_label=_("Search value"),
    empty=Empty(
        title=_("No values"),
        text=_("No policy of your tenants has this setting now."),
        nothing_matches=_("No values match these filters"),
        icon="search-x",
    ),
)
