"""A table as one request sees it: filtered, sorted, counted, one page of it, with its links."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django_filters import FilterSet

from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.cursor import Order, Page, page, unpack
from tenantpilot.web.ui.tables.declaration import Column, Table
from tenantpilot.web.ui.tables.wording import shown, state_of

SIZES = (25, 50, 100)
DEFAULT_SIZE = 50
COUNT_AT_MOST = 10_000
PLACE = "at"
LONGEST_REPEATED = 60


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Heading:
    column: Column
    url: str
    direction: str
    """"ascending", "descending", or empty when the table is not sorted by it."""


@dataclass(frozen=True)
class Wrong:
    """A filter whose value makes no sense, why, and the address without it."""

    label: str
    value: str
    message: str
    url: str


class Listing:
    """The data of the list template."""

    def __init__(self, table: Table, rows: QuerySet[Any], request: HttpRequest) -> None:
        self.table = table
        self.request = request
        self.filters: FilterSet = table.filters(request.GET, queryset=rows, request=request)

    @cached_property
    def order(self) -> Order:
        sort = self.request.GET.get("sort", "")
        chosen = sort if sort.removeprefix("-") in self.table.sorts else self.table.default_sort
        name = chosen.removeprefix("-")
        return Order(name, self.table.sorts[name], chosen.startswith("-"))

    @cached_property
    def size(self) -> int:
        sizes = {str(size) for size in SIZES}
        return int(parameters.choice(self.request.GET, "size", sizes, usual=str(DEFAULT_SIZE)))

    @cached_property
    def page(self) -> Page:
        cursor = unpack(self.request.GET.get(PLACE, ""), self.order)
        return page(self.filters.qs, self.order, cursor, self.size)

    @property
    def rows(self) -> list[Any]:
        return self.page.rows

    @cached_property
    def count(self) -> int:
        """Exact up to 10,000; counting never reads more rows than that."""
        return int(self.filters.qs.order_by().values("pk")[: COUNT_AT_MOST + 1].count())

    @property
    def count_words(self) -> str:
        capped = self.count > COUNT_AT_MOST
        figure = (
            f"{number_format(COUNT_AT_MOST, force_grouping=True)}+"
            if capped
            else number_format(self.count, force_grouping=True)
        )
        return self.table.counted(self.count, figure)

    @cached_property
    def chips(self) -> list[Chip]:
        form = self.filters.form
        form.is_valid()
        names = [name for name, value in form.cleaned_data.items() if value not in (None, "", [])]
        return [Chip(str(form.fields[name].label), self._shown(name), self.url(**{name: None})) for name in names]

    @cached_property
    def wrong(self) -> list[Wrong]:
        """Values that no filter understands. They narrow nothing, and the list says so."""
        form = self.filters.form
        return [
            Wrong(str(form.fields[name].label), _plain(self._shown(name)), _why(errors), self.url(**{name: None}))
            for name, errors in form.errors.items()
            if name in form.fields
        ]

    @property
    def searched(self) -> str:
        """Return what a search looks through, while there is one."""
        return self.table.searched() if self.table.searched and self.request.GET.get("q") else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)

    @property
    def is_paged(self) -> bool:
        """Somewhere behind the first page."""
        return PLACE in self.request.GET

    @property
    def clear_url(self) -> str:
        return self.url(**dict.fromkeys(self.filters.form.fields))

    @property
    def filter_query(self) -> str:
        """Return the filters alone, for a page that is about all that match."""
        query = QueryDict(mutable=True)
        query.update(dict(self.filter_pairs))
        return query.urlencode()

    @property
    def filter_pairs(self) -> list[tuple[str, str]]:
        parameters = self.request.GET
        return [(name, parameters[name]) for name in self.filters.form.fields if parameters.get(name)]

    @property
    def has_more_than_page(self) -> bool:
        return self.count > len(self.rows)

    @property
    def state_query(self) -> str:
        """Return what a saved view keeps: the filters that hold, and the order."""
        wrong = self.filters.form.errors
        state = {name: self.request.GET[name] for name in self.request.GET if name not in wrong}
        return state_of(self.table, self.filters, state)

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.table.columns]

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        choices = ((size, None if size == DEFAULT_SIZE else str(size)) for size in SIZES)
        return [(size, self.url(size=value), size == self.size) for size, value in choices]

    @property
    def previous_url(self) -> str:
        return self.url(**{PLACE: self.page.previous}) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        return self.url(**{PLACE: self.page.next}) if self.page.next else ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that a submitted filter form carries along: sort and size, never the place."""
        return [(name, self.request.GET[name]) for name in ("sort", "size") if self.request.GET.get(name)]

    def url(self, **changes: str | None) -> str:
        """This list with parameters changed or left out; a change of anything goes back to the first page."""
        query = QueryDict(mutable=True)
        names = {*self.filters.form.fields, "sort", "size"}
        for name in (name for name in self.request.GET if name in names and self.request.GET[name]):
            query[name] = self.request.GET[name]
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def _heading(self, column: Column) -> Heading:
        if not column.sort:
            return Heading(column, "", "")
        is_sorted = self.order.name == column.sort
        ahead = column.sort if is_sorted and self.order.is_descending else f"-{column.sort}"
        if not is_sorted and self.table.sorts[column.sort].parse is str:
            ahead = column.sort  # words read from A to Z first, times and numbers from the largest
        value = None if ahead == self.table.default_sort else ahead
        direction = ("descending" if self.order.is_descending else "ascending") if is_sorted else ""
        return Heading(column, self.url(sort=value), direction)

    def _shown(self, name: str) -> str:
        return shown(self.filters, name, self.request.GET.get(name, ""))


Context = dict[str, Any]


def _nothing_more(_found: Listing) -> Context:
    return {}


def listing(
    request: HttpRequest,
    table: Table,
    rows: QuerySet[Any],
    template: str,
    context: Context,
    beside: Callable[[Listing], Context] = _nothing_more,
) -> HttpResponse:
    """Answer with the page or, for a script that replaces the list, with the list alone.

    `beside` makes what the template needs of the list itself.
    A form sent without script carries its empty fields; they are left out of the address (UX-05).
    """
    if any(not value for value in request.GET.values()):
        return HttpResponseRedirect(Listing(table, rows, request).url())
    result = Listing(table, rows, request)
    chosen = "web/table/list.html" if asks_for_list(request) else template
    response = render(request, chosen, {**context, "list": result, **beside(result)})
    patch_vary_headers(response, ["HX-Request", "HX-Target", "X-Whole-Page"])
    return response


def asks_for_list(request: HttpRequest) -> bool:
    """A script that replaces the list and nothing else of the page."""
    is_by_script = request.headers.get("HX-Request") == "true" and "X-Whole-Page" not in request.headers
    return is_by_script and request.headers.get("HX-Target", "").endswith("#list")


def _plain(text: str) -> str:
    """Return what somebody put into the address, fit to be repeated."""
    return "".join(letter for letter in text[:LONGEST_REPEATED] if letter.isprintable())


def _why(errors: Any) -> str:
    first = errors.as_data()[0]
    return _("is not one of the choices") if first.code == "invalid_choice" else str(errors[0])
