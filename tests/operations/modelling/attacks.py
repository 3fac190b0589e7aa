"""Writes past the service: whatever a console, a script or a careless line of code could try."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.operations.modelling.expected import Expected


@dataclass(frozen=True)
class Attack:
    """A write past the service, and for which runs it would change anything."""

    statement: str
    changes: Callable[[Expected], bool] = lambda run: True


def setting(what: str, changes: Callable[[Expected], bool] = lambda run: True) -> Attack:
    return Attack(f"UPDATE operation_runs SET {what} WHERE id = %s", changes)


ATTACKS = [
    setting("attempt = attempt - 1"),
    setting("attempt = attempt + 1"),
    setting("seconds_spent = -1"),
    setting("lease_token = '00000000000000000000000000000001'"),
    setting("type = 'other'"),
    setting("identity = 'other'"),
    setting("created_at = '2001-01-01 00:00:00+00:00'"),
    setting("initiator_id = NULL", lambda run: run.initiator is not None),
    setting("started_at = NULL", lambda run: run.started is not None),
    setting("completed_at = NULL", lambda run: not run.active),
    setting("cancel_requested_at = NULL", lambda run: run.cancel is not None),
    setting('summary_counts = \'{"processed": "many"}\''),
    setting("reason_code = 'other'", lambda run: not run.active),
    Attack("DELETE FROM operation_runs WHERE id = %s"),
    Attack("UPDATE operation_run_events SET name = 'other' WHERE run_id = %s"),
    Attack("DELETE FROM operation_run_events WHERE run_id = %s"),
    Attack("UPDATE notifications SET kind = 'other' WHERE run_id = %s", lambda run: run.is_told),
    Attack("DELETE FROM notifications WHERE run_id = %s", lambda run: run.is_told),
]
