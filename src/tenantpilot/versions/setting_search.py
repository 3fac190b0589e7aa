"""Search by setting: by name, id or value, in the tenants that are handed in, and in no other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions import search
from tenantpilot.versions.index_models import SettingDefinition, SettingValue

Tenants = QuerySet[Tenant, Any]
"""Tenants in which to search, as a query of their ids."""
Ids = list[int]

SHOWN = 50
INDEXED = re.compile(r"\w{3}")
"""Trigrams of PostgreSQL stay within a word, so a text without three letters or digits in a row uses no index."""
STEP = 2_000
MOST_STEPS = 50


@dataclass(frozen=True)
class FoundValue:
    """A value that holds the text, with its policy and tenant."""

    row: SettingValue

    @property
    def label(self) -> str:
        return str(self.row.definition)

    @property
    def value(self) -> str:
        return self.row.words


@dataclass(frozen=True)
class Results:
    """Settings whose name or id holds the text, and values that do. `has_more…` asks for a longer text."""

    settings: list[SettingDefinition] = field(default_factory=list)
    values: list[FoundValue] = field(default_factory=list)
    has_more_settings: bool = False
    has_more_values: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.settings and not self.values


def find_settings(tenants: Tenants, text: str) -> Results:
    """Return the settings and policies that match `text` in the tenants. Call it in the scope of their workspaces."""
    if not text:
        return Results()
    # As numbers: with a query in their place PostgreSQL would read the values of everybody.
    ids = list(tenants.values_list("pk", flat=True))
    settings = list(islice(_once_a_key(_used(_named_like(text), ids)), SHOWN + 1))
    values = _values_like(text, ids) if INDEXED.search(text) else []
    return Results(
        settings[:SHOWN],
        [FoundValue(row) for row in values[:SHOWN]],
        has_more_settings=len(settings) > SHOWN,
        has_more_values=len(values) > SHOWN,
    )


def values_of(tenants: Tenants, key: str) -> QuerySet[SettingValue]:
    """Return every value of a setting in the tenants, whatever workspace they belong to."""
    definitions = SettingDefinition.objects.filter(key=key).values("pk")
    return SettingValue.objects.filter(definition__in=definitions, tenant__in=tenants)


def _named_like(text: str) -> QuerySet[SettingDefinition]:
    if connection.vendor != "sqlite" or len(text) < search.SHORTEST_INDEXED:
        return SettingDefinition.objects.filter(Q(label__icontains=text) | Q(key__icontains=text))
    statement = f"SELECT rowid FROM {search.DEFINITIONS} WHERE {search.DEFINITIONS} MATCH %s"  # noqa: S608
    return SettingDefinition.objects.filter(pk__in=RawSQL(statement, [_phrase(text)]))  # noqa: S611


def _used(rows: QuerySet[SettingDefinition], tenants: Ids) -> QuerySet[SettingDefinition]:
    """Return those that one of the tenants has: the name of a setting of others is not told."""
    return rows.filter(Exists(SettingValue.objects.filter(definition=OuterRef("pk"), tenant__in=tenants)))


def _once_a_key(rows: QuerySet[SettingDefinition]) -> Iterator[SettingDefinition]:
    """Yield each setting once: two workspaces may both know it."""
    keys: set[str] = set()
    for row in rows.order_by("label", "key", "pk")[: 4 * SHOWN]:
        if row.key not in keys:
            keys.add(row.key)
            yield row


def _values_like(text: str, tenants: Ids) -> list[SettingValue]:
    """Return at most SHOWN + 1 values that hold the text."""
    rows = SettingValue.objects.filter(tenant__in=tenants).select_related("definition", "policy", "tenant")
    rows = rows.defer("policy__properties", "policy__description")
    if connection.vendor != "sqlite":
        return list(rows.filter(value_text__icontains=text)[: SHOWN + 1])
    matches: list[SettingValue] = []
    for ids in _ids_with(text):
        matches += rows.filter(pk__in=ids)[: SHOWN + 1 - len(matches)]
        if len(matches) > SHOWN:
            break
    return matches


def _ids_with(text: str) -> Iterator[list[int]]:
    """Yield the ids of values that hold the text, some at a time, so that a common word is not read to its end."""
    statement = (
        f"SELECT rowid FROM {search.VALUES} WHERE {search.VALUES} MATCH %s AND rowid > %s"  # noqa: S608
        f" ORDER BY rowid LIMIT {STEP}"
    )
    last = 0
    for _step in range(MOST_STEPS):
        with connection.cursor() as cursor:
            cursor.execute(statement, [_phrase(text), last])
            ids = [row[0] for row in cursor.fetchall()]
        if ids:
            yield ids
        if len(ids) < STEP:
            return
        last = ids[-1]


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
