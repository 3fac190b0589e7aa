"""The table of restores of a tenant."""

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.states import RestoreState
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table, parse_time


class RestoreFilters(Filters):
    """By state, and by a part of what is restored."""

    q = django_filters.CharFilter(label=_("Restore"), field_name="source", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label=_("State"), choices=RestoreState.choices, empty_label=_("Any state"))

    class Meta:
        model = RestoreRun
        fields: list[str] = []


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s restore", "%(figure)s restores", count) % {"figure": figure}


RESTORES = Table(
    name="restores",
    caption=_("Restores"),
    columns=(
        Column(_("Restore")),
        Column(_("State")),
        Column(_("Result"), css="wide-only"),
        Column(_("By"), css="wide-only"),
        Column(_("Prepared"), sort="created", css="to-end"),
    ),
    sorts={"created": Sort("created_at", parse_time)},
    default_sort="-created",
    filters=RestoreFilters,
    rows="web/restores/rows.html",
    counted=_counted,
    search_label=_("Search restores"),
    empty=Empty(
        title=_("No restores yet"),
        text=_("Open a version of a policy and press “Restore this version”. Nothing is written before you confirm."),
        nothing_matches=_("No restores match these filters"),
        icon="rotate-cw",
    ),
)
TRASH = Table(
    name="restore-trash",
    caption=_("Restores in the trash"),
    columns=(
        Column(_("Restore")),
        Column(_("State")),
        Column(_("Result"), css="wide-only"),
        Column(_("In the trash since")),
        Column(_("Prepared"), sort="created", css="to-end"),
    ),
    sorts={"created": Sort("created_at", parse_time)},
    default_sort="-created",
    filters=RestoreFilters,
    rows="web/restores/trash_rows.html",
    counted=_counted,
    search_label=_("Search restores"),
    empty=Empty(
        title=_("The trash is empty"),
        text=_("Records of restores that you move to the trash stay here until somebody deletes them for good."),
        nothing_matches=_("No restores match these filters"),
        icon="rotate-cw",
    ),
)
