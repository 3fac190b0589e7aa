"""The rules of the second person that the database itself keeps, on both engines.

No restore of a tenant with the rule is confirmed without an approver, and that is none of those who prepared it. A
confirmation keeps its people, its time and its reason. A request keeps what was asked, and is decided once.
"""

from tenantpilot.core.migration_sql import Statements
from tenantpilot.operations.guards.triggers import calling, dropping, refusing

_RULE = "EXISTS (SELECT 1 FROM restore_rules WHERE tenant_id = NEW.tenant_id AND (ends_at IS NULL OR ends_at > NEW.confirmed_at))"
_EDITOR = "EXISTS (SELECT 1 FROM restore_editors WHERE restore_run_id = NEW.id AND user_id = NEW.approved_by_id)"
_PREPARED = "NEW.approved_by_id IN (NEW.created_by_id, NEW.confirmed_by_id)"
_CONFIRMS = "NEW.state = 'confirmed' AND OLD.state <> 'confirmed'"
_TAKEN_BACK = "OLD.state = 'confirmed' AND NEW.state = 'previewed'"
_CONFIRMATION = ("reason", "confirmed_by_id", "confirmed_at", "approved_by_id")
_FIXED = (
    "id", "workspace_id", "tenant_id", "restore_run_id", "fingerprint", "reason", "requested_by_id", "requested_at",
    "expires_at", "accepted",
)  # fmt: skip
_DECISION = ("state", "decided_by_id", "decided_at", "refusal")
_WORDS = {
    "restore_second_person_needed": "a second person approves the restore first",
    "restore_second_person_is_another": "who prepared a restore does not approve it",
    "restore_confirmation_stays": "who confirmed a restore, when and why never changes",
    "restore_request_fixed": "what was asked never changes",
    "restore_request_decided_once": "a request is decided once",
}


def _rules(differs: str) -> dict[str, tuple[str, str]]:
    changed, decided, confirmed = (
        " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns)
        for columns in (_FIXED, _DECISION, _CONFIRMATION)
    )
    return {
        "restore_second_person_needed": (
            "UPDATE ON restore_runs",
            f"{_CONFIRMS} AND NEW.approved_by_id IS NULL AND {_RULE}",
        ),
        "restore_second_person_is_another": (
            "UPDATE ON restore_runs",
            f"{_CONFIRMS} AND NEW.approved_by_id IS NOT NULL AND ({_PREPARED} OR {_EDITOR})",
        ),
        "restore_confirmation_stays": (
            "UPDATE ON restore_runs",
            f"OLD.state IN ('confirmed', 'executing', 'waiting', 'done') AND ({confirmed}) AND NOT ({_TAKEN_BACK})",
        ),
        "restore_request_fixed": ("UPDATE ON restore_approval_requests", f"({changed})"),
        "restore_request_decided_once": (
            "UPDATE ON restore_approval_requests",
            f"OLD.state <> 'waiting' AND ({decided}) AND NOT (OLD.state = 'approved' AND NEW.state = 'waiting')",
        ),
    }


_TABLES = {
    "restore_runs": "restore_second_person_guard",
    "restore_approval_requests": "restore_request_guard",
}


def _refuse(rule: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{rule}', MESSAGE = '{rule}: {_WORDS[rule]}';"


def _function(table: str, name: str) -> str:
    lines = [
        f"IF {condition} THEN {_refuse(rule)} END IF;"
        for rule, (event, condition) in _rules("IS DISTINCT FROM").items()
        if event.endswith(f" {table}")
    ]
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
            for line in calling(name, f"BEFORE UPDATE ON {table} FOR EACH ROW", f"{name}()")
        ),
    ],
}
REMOVE: Statements = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {rule}" for rule in _WORDS],
    "postgresql": [dropping(name, f"BEFORE UPDATE ON {table} FOR EACH ROW") for table, name in _TABLES.items()],
}
EXPECTED_TRIGGERS: dict[str, tuple[str, ...]] = {"sqlite": tuple(_WORDS), "postgresql": tuple(_TABLES.values())}
