"""Indexes for the search by setting: trigrams of names, ids and values, so that nothing is found as fast as much is."""

from tenantpilot.core.migration_sql import Statements

DEFINITIONS = "setting_definitions_search"
VALUES = "setting_values_search"
SHORTEST_INDEXED = 3


def _statements(table: str, source: str, columns: tuple[str, ...], prefix: str) -> list[str]:
    """Return a table of trigrams for columns of another table, with the triggers that keep it."""
    names = ", ".join(columns)
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    forget = f"INSERT INTO {table} ({table}, rowid, {names}) VALUES ('delete', OLD.id, {old})"
    return [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5"
        f"({names}, content='{source}', content_rowid='id', tokenize='trigram', detail='full')",
        f"DROP TRIGGER IF EXISTS {prefix}_insert",
        f"CREATE TRIGGER {prefix}_insert AFTER INSERT ON {source} BEGIN "
        f"INSERT INTO {table} (rowid, {names}) VALUES (NEW.id, {new}); END",
        f"DROP TRIGGER IF EXISTS {prefix}_delete",
        f"CREATE TRIGGER {prefix}_delete AFTER DELETE ON {source} BEGIN {forget}; END",
        f"DROP TRIGGER IF EXISTS {prefix}_update",
        f"CREATE TRIGGER {prefix}_update AFTER UPDATE OF {names} ON {source} WHEN {changed} BEGIN "
        f"{forget}; INSERT INTO {table} (rowid, {names}) VALUES (NEW.id, {new}); END",
        f"INSERT INTO {table} ({table}) VALUES ('rebuild')",
    ]


INSTALL: Statements = {
    "sqlite": [
        *_statements(DEFINITIONS, "setting_definitions", ("label", "key"), "setting_definition_search"),
        *_statements(VALUES, "setting_values", ("value_text",), "setting_value_search"),
    ],
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX IF NOT EXISTS setting_label_search_ix ON setting_definitions"
        " USING gin (upper(label) gin_trgm_ops)",
        "CREATE INDEX IF NOT EXISTS setting_key_search_ix ON setting_definitions USING gin (upper(key) gin_trgm_ops)",
        "CREATE INDEX IF NOT EXISTS setting_value_search_ix ON setting_values"
        " USING gin (upper(value_text) gin_trgm_ops)",
    ],
}
REMOVE: Statements = {
    "sqlite": [
        *(
            f"DROP TRIGGER IF EXISTS {prefix}_search_{event}"
            for prefix in ("setting_definition", "setting_value")
            for event in ("insert", "delete", "update")
        ),
        f"DROP TABLE IF EXISTS {DEFINITIONS}",
        f"DROP TABLE IF EXISTS {VALUES}",
    ],
    "postgresql": [
        f"DROP INDEX IF EXISTS {name}"
        for name in ("setting_label_search_ix", "setting_key_search_ix", "setting_value_search_ix")
    ],
}
