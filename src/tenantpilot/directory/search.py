"""An index for the search in names of groups: trigrams, so that a part of a word is found as fast as nothing is."""

from tenantpilot.core.migration_sql import Statements

TABLE = "groups_search"

INSTALL: Statements = {
    "sqlite": [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5"
        "(name, content='groups', content_rowid='id', tokenize='trigram')",
        "DROP TRIGGER IF EXISTS group_search_insert",
        f"CREATE TRIGGER group_search_insert AFTER INSERT ON groups BEGIN "
        f"INSERT INTO {TABLE} (rowid, name) VALUES (NEW.id, NEW.name); END",
        "DROP TRIGGER IF EXISTS group_search_delete",
        f"CREATE TRIGGER group_search_delete AFTER DELETE ON groups BEGIN "
        f"INSERT INTO {TABLE} ({TABLE}, rowid, name) VALUES ('delete', OLD.id, OLD.name); END",
        "DROP TRIGGER IF EXISTS group_search_update",
        f"CREATE TRIGGER group_search_update AFTER UPDATE OF name ON groups WHEN NEW.name IS NOT OLD.name BEGIN "
        f"INSERT INTO {TABLE} ({TABLE}, rowid, name) VALUES ('delete', OLD.id, OLD.name); "
        f"INSERT INTO {TABLE} (rowid, name) VALUES (NEW.id, NEW.name); END",
        f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')",
    ],
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX IF NOT EXISTS groups_search_ix ON groups USING gin (upper(name) gin_trgm_ops)",
    ],
}
REMOVE: Statements = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS group_search_insert",
        "DROP TRIGGER IF EXISTS group_search_delete",
        "DROP TRIGGER IF EXISTS group_search_update",
        f"DROP TABLE IF EXISTS {TABLE}",
    ],
    "postgresql": ["DROP INDEX IF EXISTS groups_search_ix"],
}
SHORTEST_INDEXED = 3
