"""Guard the time spent on a run: it only grows, and is final with the run; on both engines."""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, refusing

_BORN = ("operation_run_born_queued", "a run begins as queued")
_GROWS = ("operation_run_time_only_grows", "time that was spent is not taken back")
_FINAL = ("operation_run_ending_final", "of a completed run only the context may change")

# name → (event, condition, the rule and what to say)
_SQLITE: dict[str, tuple[str, str, tuple[str, str]]] = {
    "operation_run_born_without_time": ("BEFORE INSERT", "NEW.seconds_spent <> 0", _BORN),
    "operation_run_time_only_grows": (
        "BEFORE UPDATE OF seconds_spent",
        "NEW.seconds_spent < OLD.seconds_spent",
        _GROWS,
    ),
    "operation_run_time_final": (
        "BEFORE UPDATE OF seconds_spent",
        "OLD.status = 'completed' AND NEW.seconds_spent IS NOT OLD.seconds_spent",
        _FINAL,
    ),
}
# Of a completed row PostgreSQL's own `operation_run_change` compares every column.
_POSTGRESQL = {name: _SQLITE[name] for name in ("operation_run_born_without_time", "operation_run_time_only_grows")}
_FUNCTION = """
CREATE OR REPLACE FUNCTION operation_run_time_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM operations_refuse(TG_ARGV[0], TG_ARGV[1]);
  RETURN NEW;
END $$
"""

INSTALL: Statements = {
    "sqlite": [
        statement
        for name, (event, condition, (rule, words)) in _SQLITE.items()
        for statement in refusing(name, f"{event} ON operation_runs", condition, f"{rule}: {words}")
    ],
    "postgresql": [
        _FUNCTION,
        *(
            statement
            for name, (event, condition, (rule, words)) in _POSTGRESQL.items()
            for statement in calling(
                name,
                f"{event} ON operation_runs FOR EACH ROW WHEN ({condition})",
                f"operation_run_time_refused('{rule}', '{words}')",
            )
        ),
    ],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE],
    "postgresql": [f"DROP TRIGGER IF EXISTS {name} ON operation_runs" for name in _POSTGRESQL],
}
NAMES: dict[str, tuple[str, ...]] = {"sqlite": tuple(_SQLITE), "postgresql": tuple(_POSTGRESQL)}
