"""The rules for the state of Conditional Access policies that the database itself keeps, on both engines.

They stand apart from `guards`, because the migrations before these columns install those.
"""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing

_TABLE, _FUNCTION = "restore_items", "restore_item_state_guard"
_CHOSEN, _PLANNED = ("state_choice", "state_chosen_by_id"), ("live_state", "planned_state")
_STATE_OF_RUN = "COALESCE((SELECT state FROM restore_runs WHERE id = NEW.restore_run_id), '')"
_WORDS = {
    "restore_item_state_of_draft": "the state of a policy is chosen in a draft",
    "restore_item_state_of_preview": "a preview alone finds the states of a policy",
}


def _rules(differs: str) -> dict[str, str]:
    """Return the condition of each rule."""
    chosen, planned = (
        " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names) for names in (_CHOSEN, _PLANNED)
    )
    return {
        "restore_item_state_of_draft": f"({chosen}) AND {_STATE_OF_RUN} <> 'draft'",
        "restore_item_state_of_preview": f"({planned}) AND {_STATE_OF_RUN} NOT IN ('draft', 'previewing')",
    }


def _function() -> str:
    checks = [
        f"IF {condition} THEN RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', "
        f"MESSAGE = '{rule}: {_WORDS[rule]}'; END IF;"
        for rule, condition in _rules("IS DISTINCT FROM").items()
    ]
    body = "\n  ".join(checks)
    head = f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$"
    return f"{head}\nBEGIN\n  {body}\n  RETURN NEW;\nEND $$"


INSTALL: Statements = {
    "sqlite": [
        line
        for rule, condition in _rules("IS NOT").items()
        for line in refusing(rule, f"BEFORE UPDATE ON {_TABLE}", condition, f"{rule}: {_WORDS[rule]}")
    ],
    "postgresql": [_function(), *calling(_FUNCTION, f"BEFORE UPDATE ON {_TABLE} FOR EACH ROW", f"{_FUNCTION}()")],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {rule}" for rule in _WORDS],
    "postgresql": [dropping(_FUNCTION, f"BEFORE UPDATE ON {_TABLE} FOR EACH ROW")],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": tuple(_WORDS), "postgresql": (_FUNCTION,)}
