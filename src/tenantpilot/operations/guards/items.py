"""The frozen set of a run's items: what may change, and when, on both engines.

An item is added while its run is running and nothing of it has been settled; after that only its
state moves, once, while the run is running. Items go with their run, through the gate of retention.
"""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing

_RUNNING = "EXISTS (SELECT 1 FROM operation_runs WHERE id = NEW.run_id AND status = 'running')"
_SETTLED = "state <> 'pending'"
_FIXED = ("id", "run_id", "position", "key", "label")
_GATE_CLOSED = "(SELECT open FROM operation_purge_gate) = 0"

# name → (event, condition on SQLite, what to say)
_SQLITE: dict[str, tuple[str, str, str]] = {
    "operation_item_born_pending": (
        "BEFORE INSERT ON operation_run_items",
        f"NEW.state <> 'pending' OR NOT {_RUNNING}",
        "the items of a run are frozen as pending while it is running",
    ),
    "operation_item_set_frozen": (
        "BEFORE INSERT ON operation_run_items",
        f"EXISTS (SELECT 1 FROM operation_run_items WHERE run_id = NEW.run_id AND {_SETTLED})"
        " OR EXISTS (SELECT 1 FROM operation_run_items WHERE id = NEW.id)",
        "nothing is added to a set that is being worked through",
    ),
    "operation_item_fixed": (
        f"BEFORE UPDATE OF {', '.join(_FIXED)} ON operation_run_items",
        " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _FIXED),
        "what an item is never changes",
    ),
    "operation_item_settled_once": (
        "BEFORE UPDATE ON operation_run_items",
        f"OLD.state <> 'pending' OR NOT {_RUNNING}",
        "an item is settled once, while its run is running",
    ),
    "operation_item_purge_gate": (
        "BEFORE DELETE ON operation_run_items",
        _GATE_CLOSED,
        "items go only with their run",
    ),
}

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION operation_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT operations_purging() THEN
      PERFORM operations_refuse('operation_item_purge_gate', 'items go only with their run');
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'pending' OR NOT {_RUNNING} THEN
      PERFORM operations_refuse('operation_item_born_pending', 'the items of a run are frozen as pending while it is running');
    END IF;
    IF EXISTS (SELECT 1 FROM operation_run_items WHERE run_id = NEW.run_id AND {_SETTLED}) THEN
      PERFORM operations_refuse('operation_item_set_frozen', 'nothing is added to a set that is being worked through');
    END IF;
    RETURN NEW;
  END IF;
  IF ({", ".join(f"NEW.{column}" for column in _FIXED)}) IS DISTINCT FROM ({", ".join(f"OLD.{column}" for column in _FIXED)}) THEN
    PERFORM operations_refuse('operation_item_fixed', 'what an item is never changes');
  END IF;
  IF OLD.state <> 'pending' OR NOT {_RUNNING} THEN
    PERFORM operations_refuse('operation_item_settled_once', 'an item is settled once, while its run is running');
  END IF;
  RETURN NEW;
END $$
"""
# name → (event and table, what to run)
_POSTGRESQL: dict[str, tuple[str, str]] = {
    "operation_item_guard": (
        "BEFORE INSERT OR UPDATE OR DELETE ON operation_run_items FOR EACH ROW",
        "operation_item_guard()",
    ),
    "operation_item_no_truncate": ("BEFORE TRUNCATE ON operation_run_items", "operations_no_truncate()"),
}

INSTALL: Statements = {
    "sqlite": [
        statement
        for name, (event, condition, words) in _SQLITE.items()
        for statement in refusing(name, event, condition, f"{name}: {words}")
    ],
    "postgresql": [
        _FUNCTION,
        *(statement for name, arguments in _POSTGRESQL.items() for statement in calling(name, *arguments)),
        # Room on each page lets a state move in place.
        "ALTER TABLE operation_run_items SET (fillfactor = 80)",
    ],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE],
    "postgresql": [dropping(name, event) for name, (event, _function) in _POSTGRESQL.items()],
}
NAMES: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(_SQLITE),
    "postgresql": tuple(_POSTGRESQL),
}
