"""Declare a table: its columns, its sorts, its filters and names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django_filters import FilterSet

from tenantpilot.web.ui.tables.csv_files import CsvColumn

Words = str | Promise


class Filters(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """The filters of a table: each is a question that people ask, declared with its words."""


@dataclass(frozen=True)
class Sort:
    """A sort order. `field` is never null (annotate a COALESCE where it could be) and the id always follows it."""

    field: str
    parse: Callable[[Any], Any] = str


def parse_time(text: str) -> datetime:
    """Return the time at which a page of a list begins, as its address has it. Raises ValueError."""
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    return moment


@dataclass(frozen=True)
class Column:
    """A heading. `sort` names the entry of the table's sorts that it stands for, `key` the column in addresses."""

    label: Words
    sort: str = ""
    css: str = ""
    is_spoken_only: bool = False
    key: str = ""


@dataclass(frozen=True)
class Empty:
    """The words in place of the rows: "nothing yet" and, with filters, "nothing matches" (UX-40)."""

    title: Words
    text: Words
    nothing_matches: Words
    icon: str
    action_template: str = ""


@dataclass(frozen=True)
class Table:
    """A declared table.

    `rows` is the template that draws the body's rows from `rows`. `counted` makes "312 policies" from a number and
    the number as people read it. `sorts` maps the name in the address to the order; `default_sort` is one of them,
    with "-" in front for descending. `folded_filters` stand behind "More filters". `hidden_columns` are not shown until
    somebody chooses them; the first column always is. Where the columns have keys, an address and a saved view name
    them. With `csv`, the list can be downloaded. `searched` says what part of the rows a search looks through, where
    that is not all of them.
    """

    name: str
    caption: Words
    columns: tuple[Column, ...]
    sorts: dict[str, Sort]
    default_sort: str
    filters: type[Filters]
    rows: str
    counted: Callable[[int, str], str]
    search_label: Words
    empty: Empty
    searched: Callable[[], str] | None = None
    folded_filters: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    csv: tuple[CsvColumn, ...] = ()
