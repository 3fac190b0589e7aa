"""A list as a file: CSV of all rows that match its filters, streamed, and harmless in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django_scopes import scope

CHUNK = 500
BOM = "\ufeff"
"""Excel reads UTF-8 only with it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula."""


@dataclass(frozen=True)
class CsvColumn:
    """A heading, and the cell of a row."""

    label: str | Promise
    cell: Callable[[Any], str]


def moment(at: datetime | None) -> str:
    """Return a time as every spreadsheet and every program reads it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def harmless_cell(text: str) -> str:
    """Return the text; one that a spreadsheet would compute gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_answer(
    name: str, columns: Iterable[CsvColumn], rows: QuerySet[Any], scopes: dict[str, Any]
) -> StreamingHttpResponse:
    """Answer with the file, row by row as the database gives them. `scopes` hold while it is read."""
    answer = StreamingHttpResponse(_lines(tuple(columns), rows, scopes), content_type="text/csv; charset=utf-8")
    day = timezone.now().astimezone(UTC).strftime("%Y-%m-%d")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    return answer


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _lines(columns: tuple[CsvColumn, ...], rows: QuerySet[Any], scopes: dict[str, Any]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([str(column.label) for column in columns])
    with scope(**scopes):
        for row in rows.iterator(chunk_size=CHUNK):
            yield writer.writerow([harmless_cell(column.cell(row)) for column in columns])
