"""Migration steps for what Django's models cannot say: triggers and composite foreign keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

Statements = Mapping[str, Sequence[str]]


class RunStatements(Operation):
    """Run SQL that is written once for each engine.

    Every statement must be harmless when repeated. Django rebuilds a table of SQLite when it alters
    it, and drops its triggers with it: a migration that alters a guarded table ends by running the
    table's statements again. `RunPython` would build every model anew before each of these steps.
    """

    def __init__(self, install: Statements, remove: Statements) -> None:
        self.install, self.remove = install, remove

    def state_forwards(self, _app: str, _state: Any) -> None:
        """Change nothing that Django knows of."""

    def database_forwards(self, _app: str, schema_editor: Any, _before: Any, _after: Any) -> None:
        """Run the statements of this engine."""
        _run(self.install, schema_editor)

    def database_backwards(self, _app: str, schema_editor: Any, _before: Any, _after: Any) -> None:
        """Take back what the statements made."""
        _run(self.remove, schema_editor)


# Owner columns, and how the keys that compare them are called.
SAME = {"workspace_id": "same_workspace", "tenant_id": "same_tenant"}


def same_workspace(child: str, column: str, parent: str) -> tuple[Statements, Statements]:
    """Refuse a row of `child` whose `column` points into another workspace: a composite key or, on SQLite, a trigger."""
    return same("workspace_id", child, column, parent)


def same(owner: str, child: str, column: str, parent: str) -> tuple[Statements, Statements]:
    """Refuse a row of `child` whose `column` points at a row of `parent` with another owner."""
    name = f"{child}_{column}_{SAME[owner]}"
    install = {
        "postgresql": [
            f"ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {name}",
            f"ALTER TABLE {child} ADD CONSTRAINT {name} "
            f"FOREIGN KEY ({column}, {owner}) REFERENCES {parent} (id, {owner})",
        ],
        "sqlite": [
            *_sqlite_trigger(name, child, (column, owner), parent, "INSERT"),
            *_sqlite_trigger(name, child, (column, owner), parent, "UPDATE"),
        ],
    }
    remove = {
        "postgresql": [f"ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {name}"],
        "sqlite": [f"DROP TRIGGER IF EXISTS {name}_insert", f"DROP TRIGGER IF EXISTS {name}_update"],
    }
    return install, remove


def together(*parts: tuple[Statements, Statements]) -> tuple[Statements, Statements]:
    """Several pairs of install and remove as one."""
    vendors = ("postgresql", "sqlite")
    install = {vendor: [line for part in parts for line in part[0].get(vendor, ())] for vendor in vendors}
    remove = {vendor: [line for part in reversed(parts) for line in part[1].get(vendor, ())] for vendor in vendors}
    return install, remove


def _sqlite_trigger(name: str, child: str, columns: tuple[str, str], parent: str, event: str) -> list[str]:
    """Names of tables and columns are ours, written in migrations or taken from the models."""
    trigger, (column, owner) = f"{name}_{event.lower()}", columns
    of = f"UPDATE OF {column}, {owner}" if event == "UPDATE" else event
    place = owner.removesuffix("_id")
    entry = f"NEW.{column} IS NOT NULL AND NEW.{owner} IS NOT NULL"
    return [
        f"DROP TRIGGER IF EXISTS {trigger}",
        f"CREATE TRIGGER {trigger} BEFORE {of} ON {child} WHEN {entry} AND NOT EXISTS "
        f"(SELECT 1 FROM {parent} WHERE id = NEW.{column} AND {owner} = NEW.{owner}) "
        f"BEGIN SELECT RAISE(ABORT, '{name}: it points into another {place}'); END",
    ]


def _run(statements: Statements, schema_editor: Any) -> None:
    for statement in statements.get(schema_editor.connection.vendor, ()):
        schema_editor.execute(statement)
