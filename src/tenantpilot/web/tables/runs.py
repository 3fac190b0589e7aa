"""The tables of operation runs: of one tenant, and of all that a person may see."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.operations import moments
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.searching import NEWEST, NEWEST_WITH_ITEMS, search
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.tables.declaration import Column, Empty, Filters, Sort, Table
from tenantpilot.web.tables.fields import DayFilter, RangeForm
from tenantpilot.web.tables.people import initiators
from tenantpilot.web.words import figure

Words = str | Promise

ACTIVE, ATTENTION = "active", "attention"
STATES: list[tuple[str, Words]] = [
    (ACTIVE, _("Active")),
    (ATTENTION, _("Failed or partly")),
    *[choice for choice in RunStatus.choices if choice[0] != RunStatus.COMPLETED],
    *RunOutcome.choices,
]
WHO: list[tuple[str, Words]] = [("me", _("Me")), ("others", _("Other people")), ("system", _("The system"))]
SINCE: dict[str, tuple[Words, timedelta]] = {
    "hour": (_("Last hour"), timedelta(hours=1)),
    "day": (_("Last 24 hours"), timedelta(days=1)),
    "week": (_("Last 7 days"), timedelta(days=7)),
    "month": (_("Last 30 days"), timedelta(days=30)),
}


def _types() -> list[tuple[str, Words]]:
    return [(kind.key, kind.label) for kind in operation_types.all()]


def _tenants(request: HttpRequest | None) -> list[tuple[str, Words]]:
    if request is None:
        return []
    found = tenants_where(request.user, Capability.OPERATIONS_VIEW).by_name()  # type: ignore[arg-type]  # signed in
    return [(tenant.slug, tenant.name) for tenant in found]


class RunFilters(Filters):
    """Status and outcome are one question to people: how does it stand."""

    q = django_filters.CharFilter(label=_("Search"), method="by_text", max_length=120)
    state = django_filters.ChoiceFilter(
        label=_("Status"), choices=STATES, empty_label=_("Any status"), method="by_state"
    )
    type = django_filters.ChoiceFilter(label=_("Operation"), choices=_types, empty_label=_("Any operation"))
    who = django_filters.ChoiceFilter(label=_("Started by"), choices=WHO, empty_label=_("Anybody"), method="by_who")
    since = django_filters.ChoiceFilter(
        label=_("Time"),
        choices=[(key, label) for key, (label, _span) in SINCE.items()],
        empty_label=_("Any time"),
        method="by_time",
    )
    after = DayFilter(label=_("From"), method="by_first_day")
    before = DayFilter(label=_("To"), method="by_last_day")

    class Meta:
        model = OperationRun
        fields: list[str] = []
        form = RangeForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = initiators(self.request)
        self.filters["who"].extra["choices"] = [*WHO, *([(_("People"), people)] if people else [])]

    def filter_queryset(self, queryset: Any) -> Any:
        """The search looks through the newest runs of the list, whatever else narrows it."""
        text = self.form.cleaned_data.get("q", "")
        return super().filter_queryset(search(queryset, text) if text else queryset)

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        asked = {
            ACTIVE: rows.active,
            ATTENTION: rows.needing_attention,
            RunStatus.QUEUED.value: rows.queued,
            RunStatus.RUNNING.value: rows.running,
        }
        return asked[value]() if value in asked else rows.filter(outcome=value)  # type: ignore[no-any-return]

    def by_who(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value.isdecimal():
            return rows.filter(initiator=int(value))
        mine, system = Q(initiator=self.request.user), Q(initiator=None)
        return rows.filter({"me": mine, "system": system}.get(value, ~mine & ~system))

    def by_time(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(moments.since(timezone.now() - SINCE[value][1], **self._place()))

    def by_first_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return rows.filter(moments.since(_midnight(value), **self._place()))

    def by_last_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return rows.filter(moments.before(_midnight(value + timedelta(days=1)), **self._place()))

    def _place(self) -> dict[str, Any]:
        """Whose history the list is of."""
        if access := getattr(self.request, "access", None):
            return {"tenant_id": access.tenant.pk}
        return {"workspace_ids": [found.workspace.pk for found in self.request.workspaces]}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class WorkspaceRunFilters(RunFilters):
    """Across tenants there is one filter more: the tenants that the person may see."""

    tenant = django_filters.ChoiceFilter(
        label=_("Tenant"), field_name="tenant__slug", choices=[], empty_label=_("All tenants")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["tenant"].extra["choices"] = _tenants(self.request)


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s run", "%(figure)s runs", count) % {"figure": figure}


def _searched() -> str:
    words = _(
        "The search looks through the newest %(runs)s runs, and the items of the newest %(bulk)s bulk operations."
    )
    return words % {"runs": figure(NEWEST), "bulk": figure(NEWEST_WITH_ITEMS)}


_SEARCH = _("Search operation, reason, item or number")
_TENANT = Column(_("Tenant"))
_COLUMNS = (
    Column(_("Operation")),
    Column(_("Status")),
    Column(_("Started by"), css="wide-only"),
    Column(_("Queued"), sort="queued"),
    Column(_("Duration"), css="number wide-only"),
    Column(_("Result")),
)
_EMPTY = Empty(
    title=_("No operations yet"),
    text=_("Everything that runs in the background is listed here, while it runs and after it ended."),
    nothing_matches=_("No operations match these filters"),
    icon="activity",
)

RUNS = Table(
    name="runs",
    caption=_("Operations"),
    columns=_COLUMNS,
    sorts={"queued": Sort("pk", int)},
    default_sort="-queued",
    filters=RunFilters,
    rows="web/operations/rows.html",
    counted=_counted,
    search_label=_SEARCH,
    searched=_searched,
    empty=_EMPTY,
)
WORKSPACE_RUNS = Table(
    name="workspace-runs",
    caption=_("Operations"),
    columns=(_COLUMNS[0], _TENANT, *_COLUMNS[1:-1], Column(_("Result"), css="wide-only")),
    sorts=RUNS.sorts,
    default_sort=RUNS.default_sort,
    filters=WorkspaceRunFilters,
    rows="web/operations/rows.html",
    counted=_counted,
    search_label=_SEARCH,
    searched=_searched,
    empty=_EMPTY,
)
