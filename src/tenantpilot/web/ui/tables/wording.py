"""A list's filters and order: as words for people, and as the one address that stands for them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django_filters import FilterSet

from tenantpilot.web.ui.tables.columns import KEY, SEPARATOR, named_columns, usual_columns
from tenantpilot.web.ui.tables.declaration import Table


def shown(filters: FilterSet, name: str, raw: str) -> str:
    """Return a filter's value as its field has it: the label of a choice, else what was typed."""
    field = filters.form.fields[name]
    return str(dict(_flat(getattr(field, "choices", ()))).get(raw, raw))


def described(table: Table, filters: FilterSet, values: Mapping[str, str]) -> str:
    """ "Status: Failed, Time: Last 7 days"."""
    fields = filters.form.fields
    words = [f"{fields[name].label}: {shown(filters, name, values[name])}" for name in fields if values.get(name)]
    return ", ".join([*words, *_sort_words(table, values.get("sort", "")), *_column_words(table, values.get(KEY, ""))])


def state_of(table: Table, filters: FilterSet, values: Mapping[str, str]) -> str:
    """Filters in their own order, then the sort where it is not the usual one, then the columns.

    Equal lists have equal texts.
    """
    query = QueryDict(mutable=True)
    for name in (name for name in filters.form.fields if values.get(name)):
        query[name] = values[name]
    sort = values.get("sort", "")
    if sort.removeprefix("-") in table.sorts and sort != table.default_sort:
        query["sort"] = sort
    columns = SEPARATOR.join(named_columns(table, values.get(KEY, "")))
    if columns and (query or columns != usual_columns(table)):
        query[KEY] = columns
    return query.urlencode()


def _sort_words(table: Table, sort: str) -> list[str]:
    label = next(
        (column.label for column in table.columns if column.sort and column.sort == sort.removeprefix("-")), ""
    )
    if not label:
        return []
    words = _("%(column)s: descending") if sort.startswith("-") else _("%(column)s: ascending")
    return [words % {"column": label}]


def _column_words(table: Table, text: str) -> list[str]:
    """Return the columns by their labels, where they are not the usual ones."""
    keys = named_columns(table, text)
    if not keys or SEPARATOR.join(keys) == usual_columns(table):
        return []
    labels = [str(column.label) for column in table.columns if column.key in keys]
    return [_("Columns: %(columns)s") % {"columns": " + ".join(labels)}]


def _flat(choices: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Choices without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label
