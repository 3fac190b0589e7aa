"""An index for the search in names: trigrams, so that a part of a word is found as fast as nothing is (UX-21)."""

from tenantpilot.core.migration_sql import Statements

TABLE = "policies_search"

INSTALL: Statements = {
    "sqlite": [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5"
        "(name, content='policies', content_rowid='id', tokenize='trigram')",
        "DROP TRIGGER IF EXISTS policy_search_insert",
        f"CREATE TRIGGER policy_search_insert AFTER INSERT ON policies BEGIN "
        f"INSERT INTO {TABLE} (rowid, name) VALUES (NEW.id, NEW.name); END",
        "DROP TRIGGER IF EXISTS policy_search_delete",
        f"CREATE TRIGGER policy_search_delete AFTER DELETE ON policies BEGIN "
        f"INSERT INTO {TABLE} ({TABLE}, rowid, name) VALUES ('delete', OLD.id, OLD.name); END",
        "DROP TRIGGER IF EXISTS policy_search_update",
        f"CREATE TRIGGER policy_search_update AFTER UPDATE OF name ON policies WHEN NEW.name IS NOT OLD.name BEGIN "
        f"INSERT INTO {TABLE} ({TABLE}, rowid, name) VALUES ('delete', OLD.id, OLD.name); "
        f"INSERT INTO {TABLE} (rowid, name) VALUES (NEW.id, NEW.name); END",
        f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')",
    ],
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX IF NOT EXISTS policies_search_ix ON policies USING gin (upper(name) gin_trgm_ops)",
    ],
}
REMOVE: Statements = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS policy_search_insert",
        "DROP TRIGGER IF EXISTS policy_search_delete",
        "DROP TRIGGER IF EXISTS policy_search_update",
        f"DROP TABLE IF EXISTS {TABLE}",
    ],
    "postgresql": ["DROP INDEX IF EXISTS policies_search_ix"],
}
SHORTEST_INDEXED = 3
