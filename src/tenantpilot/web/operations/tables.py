"""The tables of operation runs: of one tenant, and of all that a person may see."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import TextInput
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.monitoring import time_ranges
from tenantpilot.operations.monitoring.search import NEWEST, NEWEST_WITH_ITEMS, search
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.ui.saved_views.available import SavedList, saveable
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table
from tenantpilot.web.ui.tables.fields import SINCE, DayFilter, RangeForm
from tenantpilot.web.ui.tables.people import initiators
from tenantpilot.web.ui.words import figure

Words = str | Promise

ACTIVE, ATTENTION = "active", "attention"
STATES: list[tuple[str, Words]] = [
    (ACTIVE, _("Active")),
    (ATTENTION, _("Failed or partly")),
    *[choice for choice in RunStatus.choices if choice[0] != RunStatus.COMPLETED],
    *RunOutcome.choices,
]
WHO: list[tuple[str, Words]] = [("me", _("Me")), ("others", _("Other people")), ("system", _("The system"))]


def _types() -> list[tuple[str, Words]]:
    return [(operation_type.key, operation_type.label) for operation_type in operation_types.all()]


def _tenants(request: HttpRequest | None) -> list[Tenant]:
    if request is None:
        return []
    return list(tenants_where(request.user, Capability.OPERATIONS_VIEW).by_name())  # type: ignore[arg-type]  # signed in


class RunFilters(Filters):
    """Status and outcome are one question to people: how does it stand."""

    q = django_filters.CharFilter(label=_("Search"), method="all_together", max_length=120)
    state = django_filters.ChoiceFilter(
        label=_("Status"), choices=STATES, empty_label=_("Any status"), method="by_state"
    )
    type = django_filters.ChoiceFilter(label=_("Operation"), choices=_types, empty_label=_("Any operation"))
    who = django_filters.ChoiceFilter(label=_("Started by"), choices=WHO, empty_label=_("Anybody"), method="by_who")
    since = django_filters.ChoiceFilter(
        label=_("Time"),
        choices=[(key, label) for key, (label, _span) in SINCE.items()],
        empty_label=_("Any time"),
        method="all_together",
    )
    after = DayFilter(label=_("From"), method="all_together")
    before = DayFilter(label=_("To"), method="all_together")

    class Meta:
        model = OperationRun
        fields: list[str] = []
        form = RangeForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = initiators(self.request)
        self.filters["who"].extra["choices"] = [*WHO, *([(_("People"), people)] if people else [])]

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the runs of the list. The search looks through its newest runs; times make one span."""
        text = self.form.cleaned_data.get("q", "")
        runs = super().filter_queryset(search(queryset, text) if text else queryset)
        first, end = self._span()
        return runs.filter(time_ranges.span(first, end, **self._place())) if first or end else runs

    def _span(self) -> tuple[datetime | None, datetime | None]:
        chosen = self.form.cleaned_data
        since, after, before = (chosen.get(name) for name in ("since", "after", "before"))
        firsts = [timezone.now() - SINCE[since][1]] if since else []
        firsts += [_midnight(after)] if after else []
        return max(firsts, default=None), _midnight(before + timedelta(days=1)) if before else None

    def all_together(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Return the filters that `filter_queryset` has used or will use."""
        return rows

    def by_state(self, rows: OperationRunQuerySet, name: str, value: str) -> OperationRunQuerySet:
        conditions = {
            ACTIVE: rows.active,
            ATTENTION: rows.needing_attention,
            RunStatus.QUEUED.value: rows.queued,
            RunStatus.RUNNING.value: rows.running,
        }
        return conditions[value]() if value in conditions else rows.filter(outcome=value)

    def by_who(self, rows: OperationRunQuerySet, name: str, value: str) -> OperationRunQuerySet:
        if value == "others":
            return rows.of_others(self.request.user)
        named = {"me": self.request.user, "system": None}
        return rows.filter(initiator=named[value] if value in named else int(value))

    def _place(self) -> dict[str, Any]:
        """Return the tenant or the workspaces whose history the list shows."""
        if access := getattr(self.request, "access", None):
            return {"tenant_id": access.tenant.pk}
        return {"workspace_ids": [result.workspace.pk for result in self.request.workspaces]}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


MOST_CHOICES = 50


class WorkspaceRunFilters(RunFilters):
    """Across tenants there is one filter more: the tenants that the person may see."""

    tenant = django_filters.ChoiceFilter(
        label=_("Tenant"), choices=[], empty_label=_("All tenants"), method="by_tenant"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tenants = _tenants(self.request)
        if len(self._tenants) > MOST_CHOICES:
            self.filters["tenant"] = self._by_name()
        else:
            self.filters["tenant"].extra["choices"] = [(tenant.slug, tenant.name) for tenant in self._tenants]

    def _by_name(self) -> django_filters.CharFilter:
        """Return a field to search in: with a thousand tenants their names would be most of every page."""
        words = TextInput(attrs={"placeholder": _("Tenant"), "autocomplete": "off", "maxlength": 120, "type": "search"})
        field = django_filters.CharFilter("tenant", label=_("Tenant"), method="by_name", widget=words)
        field.parent, field.model = self, self._meta.model
        return field

    def by_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to the tenant of this slug, else to those whose name has these letters in it."""
        text = value.casefold()
        exact = [tenant.pk for tenant in self._tenants if tenant.slug == value]
        return rows.filter(tenant_id__in=exact or [t.pk for t in self._tenants if text in t.name.casefold()])

    def by_tenant(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By its id, which every index of runs knows; an address names it by its slug."""
        return rows.filter(tenant_id__in=[tenant.pk for tenant in self._tenants if tenant.slug == value])


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s run", "%(figure)s runs", count) % {"figure": figure}


def _searched() -> str:
    words = _(
        "The search looks through the newest %(runs)s runs, and the items of the newest %(bulk)s bulk operations."
    )
    return words % {"runs": figure(NEWEST), "bulk": figure(NEWEST_WITH_ITEMS)}


_FOLDED = ("who", "since", "after", "before")
_SEARCH = _("Search operation, reason, item or number")
_TENANT = Column(_("Tenant"))
_COLUMNS = (
    Column(_("Operation")),
    Column(_("Status")),
    Column(_("Queued"), sort="queued"),
    Column(_("Result and duration")),
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
    folded_filters=_FOLDED,
    rows="web/operations/rows.html",
    counted=_counted,
    search_label=_SEARCH,
    searched=_searched,
    empty=_EMPTY,
)
WORKSPACE_RUNS = Table(
    name="workspace-runs",
    caption=_("Operations"),
    columns=(_COLUMNS[0], _TENANT, *_COLUMNS[1:]),
    sorts=RUNS.sorts,
    default_sort=RUNS.default_sort,
    filters=WorkspaceRunFilters,
    folded_filters=_FOLDED,
    rows="web/operations/rows.html",
    counted=_counted,
    search_label=_SEARCH,
    searched=_searched,
    empty=_EMPTY,
)
SAVED_RUNS, SAVED_WORKSPACE_RUNS = (
    saveable(
        SavedList(
            table=table,
            url_name="operations",
            prefix="",
            capability=Capability.OPERATIONS_VIEW,
            label=_("Operations"),
            all_label=_("All operations"),
        )
    )
    for table in (RUNS, WORKSPACE_RUNS)
)
