"""The rule of cursors that the database itself keeps, on both engines: which phase follows which."""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.directory.states import MOVES
from tenantpilot.operations.guards.triggers import calling, dropping, refusing

_LEGAL = " OR ".join(
    f"(OLD.phase = '{before}' AND NEW.phase = '{after}')"
    for before, targets in MOVES.items()
    for after in sorted(targets)
)
_ILLEGAL = f"NEW.phase <> OLD.phase AND NOT ({_LEGAL})"
_BACKWARDS = "NEW.round < OLD.round OR NEW.tenant_id <> OLD.tenant_id"
_WORDS = {
    "group_cursor_moves": "the phase of a cursor of groups does not move so",
    "group_cursor_rounds": "the round of a cursor of groups only grows, in its own tenant",
}
_CONDITIONS = {"group_cursor_moves": _ILLEGAL, "group_cursor_rounds": _BACKWARDS}


def _refuse(rule: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', MESSAGE = '{rule}: {_WORDS[rule]}';"


_FUNCTION = f"""
CREATE OR REPLACE FUNCTION group_cursor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {"".join(f"IF {condition} THEN {_refuse(rule)} END IF; " for rule, condition in _CONDITIONS.items())}
  RETURN NEW;
END $$
"""
_EVENT = "BEFORE UPDATE ON group_cursors"

INSTALL: Statements = {
    "sqlite": [
        line
        for rule, condition in _CONDITIONS.items()
        for line in refusing(rule, _EVENT, condition, f"{rule}: {_WORDS[rule]}")
    ],
    "postgresql": [_FUNCTION, *calling("group_cursor_guard", f"{_EVENT} FOR EACH ROW", "group_cursor_guard()")],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {rule}" for rule in _CONDITIONS],
    "postgresql": [dropping("group_cursor_guard", _EVENT)],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(_CONDITIONS),
    "postgresql": ("group_cursor_guard",),
}
