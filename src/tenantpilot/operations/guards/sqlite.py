"""Triggers for SQLite. The word before the colon of each message is the rule's name, the same on PostgreSQL.

INSERT OR REPLACE deletes the rows it collides with and fires no trigger of deletion (unless the
connection asks for recursive triggers), so every guarded table also refuses an insert that would collide.
"""

from tenantpilot.operations.guards.triggers import refusing

_FIXED = ("workspace_id", "tenant_id", "initiator_id", "type", "identity", "inputs", "created_at", "queue")
_FINAL = (
    *_FIXED, "status", "outcome", "started_at", "completed_at", "not_before", "dispatched_at", "dispatches", "attempt",
    "lease_token", "lease_owner", "lease_expires_at", "cancel_requested_at", "cancel_requested_by_id", "summary_counts",
    "failure_summary", "reason_code", "message",
)  # fmt: skip

PURGE_GATE = "operation_purge_gate"
_GATE_CLOSED = f"(SELECT open FROM {PURGE_GATE}) = 0"

_COUNTS_ODD = (
    "json_type(NEW.summary_counts) IS NOT 'object' OR EXISTS "
    "(SELECT 1 FROM json_each(NEW.summary_counts) WHERE type <> 'integer' OR value < 0)"
)
_ACTIVE_LIKE = (
    "SELECT 1 FROM operation_runs WHERE workspace_id = NEW.workspace_id AND type = NEW.type AND identity = NEW.identity"
    " AND status IN ('queued', 'running')"
)


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)


# name → (event and table, condition, what to say)
_RULES: dict[str, tuple[str, str, str]] = {
    "operation_run_born_queued": (
        "BEFORE INSERT ON operation_runs",
        "NEW.status <> 'queued' OR NEW.attempt <> 0 OR NEW.cancel_requested_at IS NOT NULL",
        "a run begins as queued",
    ),
    "operation_run_legal_move": (
        "BEFORE UPDATE OF status ON operation_runs",
        "(OLD.status = 'running' AND NEW.status = 'queued') OR (OLD.status = 'completed' AND NEW.status <> 'completed')"
        " OR (OLD.status = 'queued' AND NEW.status = 'completed' AND NEW.started_at IS NOT NULL)",
        "a run moves from queued to running to completed",
    ),
    "operation_run_identity_fixed": (
        f"BEFORE UPDATE OF {', '.join(_FIXED)} ON operation_runs",
        _changed(_FIXED),
        "what a run is about never changes",
    ),
    "operation_run_attempt_only_grows": (
        "BEFORE UPDATE OF attempt ON operation_runs",
        "NEW.attempt < OLD.attempt OR NEW.attempt > OLD.attempt + 1",
        "attempts are counted one by one",
    ),
    "operation_run_lease_of_attempt": (
        "BEFORE UPDATE OF status, attempt, lease_token ON operation_runs",
        "OLD.status <> 'completed' AND (NEW.attempt <> OLD.attempt) <> (NEW.status = 'running' AND NEW.lease_token IS NOT OLD.lease_token)",
        "each attempt has one lease, and each lease its attempt",
    ),
    "operation_run_started_once": (
        "BEFORE UPDATE OF started_at ON operation_runs",
        "OLD.status <> 'completed' AND OLD.started_at IS NOT NULL AND NEW.started_at IS NOT OLD.started_at",
        "a run starts once, whoever takes it up later",
    ),
    "operation_run_cancel_stands": (
        "BEFORE UPDATE OF cancel_requested_at, cancel_requested_by_id ON operation_runs",
        "OLD.status <> 'completed' AND OLD.cancel_requested_at IS NOT NULL"
        f" AND ({_changed(('cancel_requested_at', 'cancel_requested_by_id'))})",
        "a request to cancel is not taken back",
    ),
    "operation_run_ending_final": (
        "BEFORE UPDATE ON operation_runs",
        f"OLD.status = 'completed' AND ({_changed(_FINAL)} OR (NEW.retry_of_id IS NOT OLD.retry_of_id AND {_GATE_CLOSED}))",
        "of a completed run only the context may change",
    ),
    "operation_run_purge_gate": (
        "BEFORE DELETE ON operation_runs",
        f"OLD.status <> 'completed' OR {_GATE_CLOSED}",
        "only retention deletes runs, and only completed ones",
    ),
    "operation_run_counts_numeric_insert": (
        "BEFORE INSERT ON operation_runs",
        _COUNTS_ODD,
        "summary counts are flat whole numbers",
    ),
    "operation_run_counts_numeric": (
        "BEFORE UPDATE OF summary_counts ON operation_runs",
        _COUNTS_ODD,
        "summary counts are flat whole numbers",
    ),
    "operation_run_failures_bounded": (
        "BEFORE UPDATE OF failure_summary ON operation_runs",
        "json_type(NEW.failure_summary) <> 'array' OR json_array_length(NEW.failure_summary) > 51 OR length(NEW.failure_summary) > 32768",
        "at most 50 failures and a count of the rest",
    ),
    "operation_run_one_active_per_identity": (
        "BEFORE INSERT ON operation_runs",
        f"NEW.status IN ('queued', 'running') AND NEW.tenant_id IS NOT NULL AND EXISTS ({_ACTIVE_LIKE} AND tenant_id = NEW.tenant_id)",
        "the same work is queued or running",
    ),
    "operation_run_one_active_per_workspace_identity": (
        "BEFORE INSERT ON operation_runs",
        f"NEW.status IN ('queued', 'running') AND NEW.tenant_id IS NULL AND EXISTS ({_ACTIVE_LIKE} AND tenant_id IS NULL)",
        "the same work is queued or running",
    ),
    "operation_run_never_replaced": (
        "BEFORE INSERT ON operation_runs",
        "EXISTS (SELECT 1 FROM operation_runs WHERE id = NEW.id)",
        "a run is not replaced by another",
    ),
    "operation_event_never_replaced": (
        "BEFORE INSERT ON operation_run_events",
        "EXISTS (SELECT 1 FROM operation_run_events WHERE id = NEW.id)",
        "an event is not replaced by another",
    ),
    "notification_once_per_run": (
        "BEFORE INSERT ON notifications",
        "EXISTS (SELECT 1 FROM notifications WHERE id = NEW.id OR (run_id = NEW.run_id AND kind = NEW.kind))",
        "an ending is told once",
    ),
    "operation_event_append_only": (
        "BEFORE UPDATE ON operation_run_events",
        "1",
        "events are never changed",
    ),
    "operation_event_purge_gate": (
        "BEFORE DELETE ON operation_run_events",
        _GATE_CLOSED,
        "events go only with their run",
    ),
    "notification_of_ended_run": (
        "BEFORE INSERT ON notifications",
        "(NEW.kind = 'operation_run_completed' OR NEW.run_id IS NOT NULL) AND (NEW.kind <> 'operation_run_completed' OR NOT EXISTS"
        " (SELECT 1 FROM operation_runs WHERE id = NEW.run_id AND status = 'completed' AND initiator_id = NEW.recipient_id))",
        "of a run only its ending is told, and to its initiator",
    ),
    "notification_fixed": (
        "BEFORE UPDATE ON notifications",
        _changed(("workspace_id", "recipient_id", "kind", "run_id", "data", "created_at")),
        "of a notification only the reading changes",
    ),
    "notification_purge_gate": (
        "BEFORE DELETE ON notifications",
        f"OLD.run_id IS NOT NULL AND {_GATE_CLOSED}",
        "what was told of a run goes only with the run",
    ),
}

NAMES = tuple(_RULES)

INSTALL = (
    f"CREATE TABLE IF NOT EXISTS {PURGE_GATE} (id INTEGER PRIMARY KEY CHECK (id = 1), open INTEGER NOT NULL)",
    f"INSERT OR IGNORE INTO {PURGE_GATE} (id, open) VALUES (1, 0)",
    *(
        statement
        for name, (event, condition, words) in _RULES.items()
        for statement in refusing(name, event, condition, f"{name.removesuffix('_insert')}: {words}")
    ),
)
REMOVE = (*(f"DROP TRIGGER IF EXISTS {name}" for name in NAMES), f"DROP TABLE IF EXISTS {PURGE_GATE}")
