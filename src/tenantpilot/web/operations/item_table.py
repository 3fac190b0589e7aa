"""The table of a run's items."""

from typing import Any

import django_filters
from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.inventory.operations import TENANTS_SYNC
from tenantpilot.operations.models import ItemState, OperationRun, RunItem
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table


class ItemFilters(Filters):
    """By what became of the item."""

    state = django_filters.ChoiceFilter(label=_("Result"), choices=ItemState.choices, empty_label=_("Any result"))

    class Meta:
        model = RunItem
        fields: list[str] = []


def with_tenants(run: OperationRun, items: Any) -> Any:
    """Give each item its tenant's name in addresses, for an operation whose items are tenants."""
    if run.type != TENANTS_SYNC.key:
        return items
    tenant = Tenant.everywhere.alias(key=Cast("pk", CharField())).filter(
        key=OuterRef("key"), workspace=run.workspace_id
    )
    return items.annotate(tenant_slug=Subquery(tenant.values("slug")[:1]))


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
