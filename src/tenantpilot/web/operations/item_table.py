"""The table of a run's items."""

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.operations.models import ItemState, RunItem
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table


class ItemFilters(Filters):
    """By what became of the item."""

    state = django_filters.ChoiceFilter(label=_("Result"), choices=ItemState.choices, empty_label=_("Any result"))

    class Meta:
        model = RunItem
        fields: list[str] = []


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s item", "%(figure)s items", count) % {"figure": figure}


ITEMS = Table(
    name="items",
    caption=_("Items"),
    columns=(Column(_("Item")), Column(_("Result")), Column(_("Reason"))),
    sorts={"position": Sort("position", int)},
    default_sort="position",
    filters=ItemFilters,
    rows="web/operations/item_rows.html",
    counted=_counted,
    search_label="",
    empty=Empty(
        title=_("No items yet"),
        text=_("The items are listed when a worker has taken the run up."),
        nothing_matches=_("No items match these filters"),
        icon="list-checks",
    ),
)
