"""Keyset paging: a page begins after, or ends before, a row, and never counts rows to get there (UX-11).

The place is signed, so that nobody can ask the database to compare with something of their own.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from tenantpilot.web.ui.tables.declaration import Sort

SALT = "tenantpilot.web.ui.tables"


@dataclass(frozen=True)
class Order:
    """A sort with its direction; the id goes the same way and makes it total."""

    name: str
    sort: Sort
    is_descending: bool

    @property
    def key(self) -> str:
        return f"-{self.name}" if self.is_descending else self.name

    def fields(self, *, backwards: bool) -> list[str]:
        sign = "-" if self.is_descending != backwards else ""
        names = ["pk"] if self.sort.field == "pk" else [self.sort.field, "pk"]
        return [sign + name for name in names]


@dataclass(frozen=True)
class Cursor:
    """A place in an order: the row that a page follows or, going backwards, precedes."""

    order: str
    value: Any
    pk: int
    backwards: bool


def pack(order: Order, row: Any, *, backwards: bool) -> str:
    value = _plain(_value_of(row, order.sort.field))
    return signing.dumps([order.key, value, row.pk, int(backwards)], salt=SALT)


def unpack(text: str, order: Order) -> Cursor | None:
    """Return None for a place that was tampered with, or that belongs to another order."""
    try:
        key, value, pk, backwards = signing.loads(text, salt=SALT)
        return Cursor(key, order.sort.parse(value), int(pk), bool(backwards)) if key == order.key else None
    except (signing.BadSignature, ValueError, TypeError):
        return None


def beyond(cursor: Cursor, order: Order) -> Q:
    """Rows on the far side of the cursor, in the shape that one range of the index answers."""
    side = "lt" if order.is_descending != cursor.backwards else "gt"
    if order.sort.field == "pk":
        return Q(**{f"pk__{side}": cursor.pk})
    field, back = order.sort.field, "gte" if side == "lt" else "lte"
    return Q(**{f"{field}__{side}e": cursor.value}) & ~Q(**{field: cursor.value, f"pk__{back}": cursor.pk})


@dataclass(frozen=True)
class Page:
    """A page of rows and the places around it; empty when there is nothing further."""

    rows: list[Any]
    previous: str
    next: str


def page(rows: QuerySet[Any], order: Order, cursor: Cursor | None, size: int) -> Page:
    """Reads one row more than it shows, to know whether there is a next page."""
    backwards = cursor is not None and cursor.backwards
    narrowed = rows.filter(beyond(cursor, order)) if cursor else rows
    rows_found = list(narrowed.order_by(*order.fields(backwards=backwards))[: size + 1])
    has_more, page_rows = len(rows_found) > size, rows_found[:size]
    if backwards:
        page_rows.reverse()
    return _page(
        page_rows, order, has_before=has_more if backwards else cursor is not None, has_after=backwards or has_more
    )


def _page(rows: list[Any], order: Order, *, has_before: bool, has_after: bool) -> Page:
    if not rows:
        return Page([], "", "")
    return Page(
        rows,
        previous=pack(order, rows[0], backwards=True) if has_before else "",
        next=pack(order, rows[-1], backwards=False) if has_after else "",
    )


def _value_of(row: Any, field: str) -> Any:
    """Return the value of a field, also of one that lies behind a relation: `policy__name`."""
    return reduce(getattr, field.split("__"), row)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
