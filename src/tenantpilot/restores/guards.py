"""The rules of restores that the database itself keeps, on both engines.

A restore and its items move as `states` says. What a person chose changes only while the restore is a draft; what the
preview found only while it is made; what came of an item only while the restore is under way.
"""

from collections.abc import Mapping
from typing import TypeVar

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing
from tenantpilot.restores.state_guards import EXPECTED_TRIGGERS as OF_STATES
from tenantpilot.restores.states import ITEM_MOVES, MOVES, ItemState, RestoreState

State = TypeVar("State", RestoreState, ItemState)

_RUN_FIXED = (
    "id",
    "workspace_id",
    "tenant_id",
    "source_tenant_id",
    "source",
    "source_digest",
    "created_by_id",
    "created_at",
)
_RUN_INPUTS = ("options",)
_SHOWN = ("fingerprint", "basis", "previewed_at", "preview_expires_at")
_ITEM_FIXED = (
    "id", "workspace_id", "tenant_id", "restore_run_id", "position", "type", "name", "source_id", "payload_id", "version_id",
    "may_delete",
)  # fmt: skip
_ITEM_INPUTS = ("choice", "picked_id")
_ITEM_PLAN = (
    "action", "match", "found_id", "live_hash", "live_modified", "seen_version_id", "turn", "blockers", "warnings", "sentences",
)  # fmt: skip
_ITEM_RESULT = ("state", "target_id", "before_version_id", "after_version_id")
_STATE_OF_RUN = "(SELECT state FROM restore_runs WHERE id = {row}.restore_run_id)"

_WORDS = {
    "restore_moves": "a restore makes no such move",
    "restore_fixed": "the origin of a restore never changes",
    "restore_inputs_of_draft": "a restore is edited as a draft",
    "restore_shown_stays": "what was confirmed stays as it was shown",
    "restore_item_moves": "an item makes no such move",
    "restore_item_fixed": "the origin of an item never changes",
    "restore_item_of_draft": "items are chosen in a draft",
    "restore_item_inputs_of_draft": "an item is edited in a draft",
    "restore_item_plan_of_preview": "a preview alone makes the plan of an item",
    "restore_item_accepted_before": "warnings are accepted before a restore is confirmed",
    "restore_item_result_of_execution": "only a restore under way has results",
    "restore_mapping_of_draft": "references are decided before a restore is confirmed",
}


def _illegal(moves: Mapping[State, frozenset[State]]) -> str:
    legal = " OR ".join(
        f"(OLD.state = '{state.value}' AND NEW.state IN ({', '.join(repr(str(n.value)) for n in sorted(following))}))"
        for state, following in moves.items()
        if following
    )
    return f"NEW.state <> OLD.state AND NOT ({legal})"


def _differ(columns: tuple[str, ...], differs: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns) + ")"


def _run_in(row: str, *states: str) -> str:
    return f"COALESCE({_STATE_OF_RUN.format(row=row)}, '') IN ({', '.join(repr(state) for state in states)})"


_BEFORE = ("draft", "previewing")
_UNDER_WAY = ("executing", "waiting")


def _rules(differs: str) -> dict[str, tuple[str, str]]:
    """Return the event and the condition of each rule."""
    return {
        "restore_moves": ("UPDATE ON restore_runs", _illegal(MOVES)),
        "restore_fixed": ("UPDATE ON restore_runs", _differ(_RUN_FIXED, differs)),
        "restore_inputs_of_draft": ("UPDATE ON restore_runs", f"OLD.state <> 'draft' AND {_differ(_RUN_INPUTS, differs)}"),
        "restore_shown_stays": (
            "UPDATE ON restore_runs",
            f"OLD.state IN ('confirmed', 'executing', 'waiting', 'done') AND {_differ(_SHOWN, differs)}",
        ),
        "restore_item_moves": ("UPDATE ON restore_items", _illegal(ITEM_MOVES)),
        "restore_item_fixed": ("UPDATE ON restore_items", _differ(_ITEM_FIXED, differs)),
        "restore_item_of_draft": ("INSERT ON restore_items", f"NOT {_run_in('NEW', 'draft')}"),
        "restore_item_inputs_of_draft": (
            "UPDATE ON restore_items",
            f"{_differ(_ITEM_INPUTS, differs)} AND NOT {_run_in('NEW', 'draft')}",
        ),
        "restore_item_plan_of_preview": (
            "UPDATE ON restore_items",
            f"{_differ(_ITEM_PLAN, differs)} AND NOT {_run_in('NEW', *_BEFORE)}",
        ),
        "restore_item_accepted_before": (
            "UPDATE ON restore_items",
            f"{_differ(('accepted',), differs)} AND NOT {_run_in('NEW', *_BEFORE, 'previewed')}",
        ),
        "restore_item_result_of_execution": (
            "UPDATE ON restore_items",
            f"{_differ(_ITEM_RESULT, differs)} AND NOT {_run_in('NEW', *_UNDER_WAY)}",
        ),
        "restore_mapping_of_draft": ("UPDATE ON restore_mappings", f"NOT {_run_in('NEW', *_BEFORE)}"),
    }  # fmt: skip


_TABLES = {
    "restore_runs": "restore_run_guard",
    "restore_items": "restore_item_guard",
    "restore_mappings": "restore_mapping_guard",
}


def _refuse(rule: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', MESSAGE = '{rule}: {_WORDS[rule]}';"


def _function(table: str, name: str) -> str:
    lines = []
    for rule, (event, condition) in _rules("IS DISTINCT FROM").items():
        operation, _on, of = event.split()
        if of == table:
            lines.append(f"IF TG_OP = '{operation}' THEN IF {condition} THEN {_refuse(rule)} END IF; END IF;")
    body = "\n  ".join(lines)
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  {body}\n  RETURN NEW;\nEND $$"


INSTALL: Statements = {
    "sqlite": [
        line
        for rule, (event, condition) in _rules("IS NOT").items()
        for line in refusing(rule, f"BEFORE {event}", condition, f"{rule}: {_WORDS[rule]}")
    ],
    "postgresql": [
        *(_function(table, name) for table, name in _TABLES.items()),
        *(
            line
            for table, name in _TABLES.items()
            for line in calling(name, f"BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW", f"{name}()")
        ),
    ],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {rule}" for rule in _WORDS],
    "postgresql": [
        dropping(name, f"BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW") for table, name in _TABLES.items()
    ],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (*_WORDS, *OF_STATES["sqlite"]),
    "postgresql": (*_TABLES.values(), *OF_STATES["postgresql"]),
}
