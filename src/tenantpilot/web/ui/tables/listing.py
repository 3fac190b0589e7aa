"""A table as one request sees it: filtered, sorted, counted, one page of it, with its links."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.db.models import QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import FilterSet
from django_scopes import get_scope

from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.columns import (
    KEY,
    ColumnChoice,
    chosen_columns,
    keep_columns,
    named_columns,
    names_columns,
)
from tenantpilot.web.ui.tables.csv_files import csv_answer
from tenantpilot.web.ui.tables.cursor import Cursor, Order, Page, page, unpack
from tenantpilot.web.ui.tables.declaration import Column, Table
from tenantpilot.web.ui.tables.wording import shown, state_of

SIZES = (25, 50, 100)
DEFAULT_SIZE = 50
SIZE_WORDS = tuple(str(size) for size in SIZES)
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
    """A fault in the value of a parameter and what the list does instead; and the address without it."""

    words: str
    url: str


class Listing:
    """The data of the list template."""

    def __init__(self, table: Table, rows: QuerySet[Any], request: HttpRequest) -> None:
        self.table = table
        self.request = request
        self.filters: FilterSet = table.filters(request.GET, queryset=rows, request=request)

    @cached_property
    def order(self) -> Order:
        sort = parameters.as_sent(self.request.GET, "sort")
        chosen = sort if sort.removeprefix("-") in self.table.sorts else self.table.default_sort
        name = chosen.removeprefix("-")
        return Order(name, self.table.sorts[name], chosen.startswith("-"))

    @cached_property
    def size(self) -> int:
        return int(parameters.choice(self.request.GET, "size", SIZE_WORDS, usual=str(DEFAULT_SIZE)))

    @cached_property
    def page(self) -> Page:
        return page(self.filters.qs, self.order, self.cursor, self.size)

    @cached_property
    def cursor(self) -> Cursor | None:
        return unpack(parameters.as_sent(self.request.GET, PLACE), self.order)

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
        """Values that the list does not understand: it says so, and what it does instead."""
        form = self.filters.form
        wrong_filters = [
            Wrong(_not_narrowed(str(form.fields[name].label), self._shown(name), errors), self.url(**{name: None}))
            for name, errors in form.errors.items()
            if name in form.fields
        ]
        return [*wrong_filters, *self._wrong_layout(self.request.GET)]

    def _wrong_layout(self, query: QueryDict) -> list[Wrong]:
        """Return the faults in the order, the size or the place of the page."""
        sort, size = parameters.as_sent(query, "sort"), parameters.as_sent(query, "size")
        sorts = [*self.table.sorts, *(f"-{name}" for name in self.table.sorts)]
        wrong = []
        if parameters.is_sent(query, "sort") and sort not in sorts:
            wrong.append(Wrong(_UNKNOWN_SORT % {"value": _plain(sort)}, self.url(sort=None)))
        if parameters.is_sent(query, "size") and size not in SIZE_WORDS:
            wrong.append(Wrong(_UNKNOWN_SIZE % {"value": _plain(size), "size": self.size}, self.url(size=None)))
        if parameters.is_sent(query, PLACE) and self.cursor is None:
            wrong.append(Wrong(str(_UNKNOWN_PLACE), self.url()))
        return wrong

    @cached_property
    def first_fields(self) -> list[BoundField]:
        """Return the fields of the filters that are always in sight."""
        return [field for field in self.filters.form if field.name not in self.table.folded_filters]

    @cached_property
    def folded_fields(self) -> list[BoundField]:
        return [field for field in self.filters.form if field.name in self.table.folded_filters]

    @property
    def folded_in_force(self) -> int:
        """Return the number of filters behind the fold that narrow the list."""
        return sum(bool(parameters.as_sent(self.request.GET, field.name)) for field in self.folded_fields)

    @cached_property
    def columns(self) -> ColumnChoice:
        return chosen_columns(self.table, self.request)

    @property
    def csv_url(self) -> str:
        """Return the address of all matching rows as a file; empty for a list that has none."""
        if not self.table.csv:
            return ""
        address = self.url()
        return f"{address}{'&' if '?' in address else '?'}as=csv"

    @property
    def searched(self) -> str:
        """Return the words for the part that a search looks through, while there is one."""
        return self.table.searched() if self.table.searched and parameters.as_sent(self.request.GET, "q") else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)

    @property
    def is_paged(self) -> bool:
        """Somewhere behind the first page."""
        return self.cursor is not None

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
        return self._pairs(self.filters.form.fields)

    @property
    def has_more_than_page(self) -> bool:
        return self.count > len(self.rows)

    @property
    def state_query(self) -> str:
        """Return the filters that hold, the order and the columns, which a saved view keeps."""
        wrong = self.filters.form.errors
        state = dict(self._pairs(name for name in parameters.names(self.request.GET) if name not in wrong))
        columns = {KEY: self.columns.text} if names_columns(self.table) else {}
        return state_of(self.table, self.filters, state | columns)

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
        """Parameters that a submitted filter form carries along: sort, size and columns, never the place."""
        return [*self.kept_beside_columns, *self._pairs(self._column_names)]

    @property
    def kept_beside_columns(self) -> list[tuple[str, str]]:
        """Return the fields that the form for the columns carries along."""
        return self._pairs(("sort", "size"))

    @property
    def _column_names(self) -> tuple[str, ...]:
        return (KEY,) if named_columns(self.table, parameters.as_sent(self.request.GET, KEY)) else ()

    def url(self, **changes: str | None) -> str:
        """This list with parameters changed or left out; a change of anything goes back to the first page."""
        query = QueryDict(mutable=True)
        names = {*self.filters.form.fields, "sort", "size", *self._column_names}
        query.update(dict(self._pairs(name for name in parameters.names(self.request.GET) if name in names)))
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
        return shown(self.filters, name, parameters.as_sent(self.request.GET, name))

    def _pairs(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return the parameters of these names that were sent with a value."""
        values = [(name, parameters.as_sent(self.request.GET, name)) for name in names]
        return [(name, value) for name, value in values if value]


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
    if parameters.has_empty(request.GET):
        return HttpResponseRedirect(Listing(table, rows, request).url())
    result = Listing(table, rows, request)
    if table.csv and parameters.as_sent(request.GET, "as") == "csv":
        ordered = result.filters.qs.order_by(*result.order.fields(backwards=False))
        # A stream is an answer as any other to a view, though it is no HttpResponse to Django.
        return cast("HttpResponse", csv_answer(table.name, table.csv, ordered, get_scope()))
    if keep_columns(table, request):
        return HttpResponseRedirect(result.url(**{KEY: None}))
    chosen = "web/table/list.html" if asks_for_list(request) else template
    response = render(request, chosen, {**context, "list": result, **beside(result)})
    patch_vary_headers(response, ["HX-Request", "HX-Target", "X-Whole-Page"])
    return response


def asks_for_list(request: HttpRequest) -> bool:
    """A script that replaces the list and nothing else of the page."""
    is_by_script = request.headers.get("HX-Request") == "true" and "X-Whole-Page" not in request.headers
    return is_by_script and request.headers.get("HX-Target", "").endswith("#list")


def _plain(text: str) -> str:
    """Return the part of a text from the address that is fit to be repeated."""
    return "".join(letter for letter in text[:LONGEST_REPEATED] if letter.isprintable())


def _not_narrowed(label: str, value: str, errors: Any) -> str:
    words = _("%(label)s “%(value)s” %(why)s, so the list is not narrowed by it.")
    return words % {"label": label, "value": _plain(value), "why": _why(errors)}


def _why(errors: Any) -> str:
    """Return an error as the middle of a sentence. Those of the forms' library are sentences, and never pasted in."""
    code, words = errors.as_data()[0].code, str(errors[0])
    return str(_REASONS.get(code) or (words if not words.endswith(".") else _("cannot be read")))


_REASONS: dict[str | None, Any] = {
    "invalid_choice": gettext_lazy("is not one of the choices"),
    "max_length": gettext_lazy("is too long"),
    "null_characters_not_allowed": gettext_lazy("has letters that no name has"),
}
_UNKNOWN_SORT = gettext_lazy("The list cannot be sorted by “%(value)s”, so it has its usual order.")
_UNKNOWN_SIZE = gettext_lazy("“%(value)s” is no number of rows to choose, so a page has %(size)s.")
_UNKNOWN_PLACE = gettext_lazy("The place in the list cannot be read, so the list is shown from its beginning.")
