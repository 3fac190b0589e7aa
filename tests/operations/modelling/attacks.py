"""Writes past the service: whatever a console, a script or a careless line of code could try."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.states import RunOutcome
from tests.operations.modelling.expected import Expected
from tests.operations.modelling.machine import OUTCOMES, RunMachine


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


class AttackedRunMachine(RunMachine):
    """With what nobody may do between what people, workers and time do."""

    @rule(run_id=RunMachine.runs, status=st.sampled_from(["queued", "running", "completed", "paused"]))
    def write_a_status(self, run_id: int, status: str) -> None:
        same = self.model[run_id].status == status
        self._attack("UPDATE operation_runs SET status = %s WHERE id = %s", status, run_id, changes=not same)

    @rule(run_id=RunMachine.runs, outcome=OUTCOMES)
    def write_an_outcome(self, run_id: int, outcome: RunOutcome) -> None:
        same = self.model[run_id].outcome == outcome
        self._attack("UPDATE operation_runs SET outcome = %s WHERE id = %s", outcome.value, run_id, changes=not same)

    @rule(run_id=RunMachine.runs, attack=st.sampled_from(ATTACKS))
    def write_past_the_service(self, run_id: int, attack: Attack) -> None:
        run = self.model[run_id]
        self._attack(attack.statement, run_id, changes=attack.changes(run))

    @rule(run_id=RunMachine.runs)
    def tell_it_again(self, run_id: int) -> None:
        self._attack(
            "INSERT INTO notifications (workspace_id, tenant_id, recipient_id, kind, run_id, data, created_at)"
            " SELECT workspace_id, tenant_id, %s, 'operation_run_completed', id, '{}', created_at"
            " FROM operation_runs WHERE id = %s",
            self.world.alice.pk, run_id,
        )  # fmt: skip

    @rule(run_id=RunMachine.runs)
    def edit_the_context(self, run_id: int) -> None:
        """Allowed at any time (OPS-05)."""
        OperationRun.everywhere.filter(pk=run_id).update(context={"seen": True})

    def _attack(self, statement: str, *values: Any, changes: bool = True) -> None:
        """Refused; or, where it says what is so already, without effect."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        except DatabaseError:
            return
        assert not changes, statement
