"""Inserting one row without building its statement anew: it costs more to build than to run.

For the few rows that every start and every ending of an operation writes. What a model says of its columns holds: the
statement and the conversion of each value come from its fields, once for each engine.
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection, models

Convert = Callable[[Any], Any]


class Insert:
    """`Insert(RunEvent)(run_id=1, name="queued", at=now)` answers the new key; other columns get their defaults."""

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        self._by_vendor: dict[str, tuple[str, dict[str, Convert], dict[str, Any]]] = {}

    def __call__(self, **values: Any) -> Any:
        statement, converts, row = self._prepared()
        row = row.copy()
        for name, value in values.items():
            row[name] = None if value is None else converts[name](value)
        with connection.cursor() as cursor:
            cursor.execute(statement, [*row.values()])
            return cursor.fetchone()[0]

    def _prepared(self) -> tuple[str, dict[str, Convert], dict[str, Any]]:
        vendor = connection.vendor
        if vendor not in self._by_vendor:
            converts = {field.attname: _convert(field) for field in self._fields}
            row = {field.attname: _default(field, converts[field.attname]) for field in self._fields}
            self._by_vendor[vendor] = (self._statement(), converts, row)
        return self._by_vendor[vendor]

    def _statement(self) -> str:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column) for field in self._fields)
        marks = ", ".join(["%s"] * len(self._fields))
        meta = self._model._meta
        return f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({marks}) RETURNING {quote(str(meta.pk.column))}"

    @cached_property
    def _fields(self) -> list[Any]:
        return [field for field in self._model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def stored_time(value: datetime) -> Any:
    """Return a time as this engine compares it."""
    return connection.ops.adapt_datetimefield_value(value)


def _default(field: Any, convert: Convert) -> Any:
    value = field.get_default()
    return None if value is None else convert(value)


def _convert(field: Any) -> Convert:
    if isinstance(field, models.JSONField):
        return _as_json
    if isinstance(field, models.DateTimeField):
        return stored_time
    if isinstance(field, models.UUIDField) and not connection.features.has_native_uuid_field:
        return _as_hex
    return _as_it_is


def _as_json(value: Any) -> str:
    return json.dumps(value)


def _as_hex(value: Any) -> str:
    return str(value.hex)


def _as_it_is(value: Any) -> Any:
    return value
