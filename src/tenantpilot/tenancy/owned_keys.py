"""The keys between owned tables in a database: written after every migration, and compared with the models."""

from typing import Any

from django.apps import apps
from django.db import models, transaction

from tenantpilot.core.owned import Key, OwnedKey, owned_keys


def our_models() -> list[type[models.Model]]:
    """Return every model of every installed app."""
    return list(apps.get_models(include_auto_created=True))


def make_way(connection: Any) -> None:
    """Drop the triggers of SQLite, which refuses to rebuild a table that a trigger of another names."""
    if connection.vendor == "sqlite":
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for key in owned_keys(our_models()):
                for statement in key.remove["sqlite"]:
                    cursor.execute(statement)


def install(connection: Any) -> None:
    """Write the keys that are missing, of the tables that are there; harmless when repeated."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for key in missing_keys(connection):
            if isinstance(key, OwnedKey) and connection.vendor == "postgresql":
                _require_unique(connection, cursor, key)
            for statement in key.install[connection.vendor]:
                cursor.execute(statement)


def missing_keys(connection: Any) -> list[Key]:
    """Return the keys that follow from the models, and that this database does not have."""
    with connection.cursor() as cursor:
        place, columns = _key_names(connection.vendor, cursor), _columns(connection, cursor)
    return [key for key in owned_keys(our_models()) if key.name not in place and _fits(key, columns)]


def _fits(key: Key, columns: dict[str, set[str]]) -> bool:
    """Return False where an older state of the schema lacks a table or column of the key."""
    child, parent = columns.get(key.child, set()), columns.get(key.parent, set())
    if isinstance(key, OwnedKey):
        return {key.column, key.owner} <= child and key.owner in parent
    return {key.column, key.home_column} <= child and bool(parent)


def _columns(connection: Any, cursor: Any) -> dict[str, set[str]]:
    introspection = connection.introspection
    tables = {name for key in owned_keys(our_models()) for name in (key.child, key.parent)}
    return {
        table: {column.name for column in introspection.get_table_description(cursor, table)}
        for table in tables & set(introspection.table_names(cursor))
    }


def _key_names(vendor: str, cursor: Any) -> set[str]:
    if vendor == "postgresql":
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {row[0].removesuffix("_insert") for row in cursor.fetchall()}


def _require_unique(connection: Any, cursor: Any, key: OwnedKey) -> None:
    """PostgreSQL asks for a unique index on what a composite key points at."""
    constraints = connection.introspection.get_constraints(cursor, key.parent).values()
    if not any(constraint["unique"] and constraint["columns"] == ["id", key.owner] for constraint in constraints):
        cursor.execute(f"CREATE UNIQUE INDEX {key.parent}_id_{key.owner}_uq ON {key.parent} (id, {key.owner})")
