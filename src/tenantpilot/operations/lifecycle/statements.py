"""The statements that every run goes through, and the conditions that decide. Executed by the service alone (OPS-05).

They are plain SQL: the ORM takes longer to build them than the database to run them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from tenantpilot.core.fast_insert import Insert, stored_time
from tenantpilot.operations.lifecycle.leases import Lease, lease_time
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.lifecycle.time_spent import at_least
from tenantpilot.operations.models import OperationRun, RunEvent

INSERT_RUN, INSERT_EVENT = Insert(OperationRun), Insert(RunEvent)
INSERT_COLUMNS = (
    "workspace_id", "tenant_id", "initiator_id", "type", "identity", "inputs", "queue", "created_at", "dispatched_at",
    "retry_of_id",
)  # fmt: skip
CLAIM_RUN = (
    "UPDATE operation_runs SET status = 'running', attempt = attempt + 1,"
    " started_at = coalesce(started_at, CASE WHEN created_at > %s THEN created_at ELSE %s END),"
    " lease_token = %s, lease_owner = %s, lease_expires_at = %s"
    " WHERE id = %s AND cancel_requested_at IS NULL"
    " AND (status = 'queued' OR (status = 'running' AND lease_owner = ''))"
    " AND (not_before IS NULL OR not_before <= %s)"
    " AND NOT EXISTS (SELECT 1 FROM installation WHERE stopped_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM tenants WHERE tenants.id = tenant_id AND stopped_at IS NOT NULL) RETURNING *"
)
COMPLETE_RUN = (
    "UPDATE operation_runs SET status = 'completed', outcome = %s, completed_at ="
    " CASE WHEN coalesce(started_at, created_at) > %s THEN coalesce(started_at, created_at) ELSE %s END,"
    " lease_token = NULL, lease_owner = '', lease_expires_at = NULL,"
    " seconds_spent = CASE WHEN seconds_spent < %s THEN %s ELSE seconds_spent END,"
    " summary_counts = %s, failure_summary = %s, reason_code = %s, message = %s,"
    " cancel_requested_at = coalesce(cancel_requested_at, %s),"
    " cancel_requested_by_id = coalesce(cancel_requested_by_id, %s) "
)
ENDED = " RETURNING id, workspace_id, tenant_id, initiator_id, type, attempt, cancel_requested_by_id"


def values_of_end(ending: Ending, *, now: datetime, canceller_id: int | None) -> tuple[Any, ...]:
    """Return the values that COMPLETE_RUN takes before those of its condition."""
    at, spent = stored_time(now), ending.seconds_spent
    texts = (json.dumps(ending.counts), json.dumps(ending.failures), ending.reason_code, ending.message[:300])
    return (ending.outcome.value, at, at, spent, spent, *texts, canceller_id and at, canceller_id)


@dataclass(frozen=True)
class Condition:
    """Under which a run may end: what decides is in the WHERE clause, never a value that was read before."""

    where: str
    values: tuple[Any, ...]


def held(lease: Lease) -> Condition:
    """The fence: this lease is the one in force. One that was handed on has no owner any more."""
    return Condition(
        "WHERE id = %s AND status = 'running' AND lease_token = %s AND attempt = %s AND lease_owner <> ''" + ENDED,
        (lease.run_id, stored_token(lease.token), lease.attempt),
    )


def still_queued(run_id: int) -> Condition:
    return Condition("WHERE id = %s AND status = 'queued'" + ENDED, (run_id,))


def still_as_seen(run: OperationRun) -> Condition:
    """Nobody took it up, and its worker did not come back."""
    return Condition(
        "WHERE id = %s AND status = 'running' AND lease_token = %s AND attempt = %s AND lease_expires_at = %s" + ENDED,
        (
            run.pk,
            stored_token(run.lease_token),
            run.attempt,
            run.lease_expires_at and stored_time(run.lease_expires_at),
        ),
    )


def sign_of_life(now: datetime, seconds_spent: float) -> dict[str, Any]:
    """Return the fields of a run that a heartbeat changes, with their values."""
    return {"lease_expires_at": now + lease_time(), "seconds_spent": at_least(seconds_spent)}


def wait_for_no_lock() -> None:
    """In this transaction, longer than a moment. SQLite has one lock for all writers, and waits as its settings say."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")


def stored_token(token: UUID | None) -> Any:
    return token if token is None or connection.features.has_native_uuid_field else token.hex


class IdentityTaken(Exception):
    """The same work is active."""


@contextmanager
def one_active() -> Iterator[None]:
    """Raises IdentityTaken where the partial unique index refuses a second active run of the same work (OPS-06)."""
    try:
        yield
    except IntegrityError as error:
        if not _is_identity(error):
            raise
        raise IdentityTaken from error


def _is_identity(error: IntegrityError) -> bool:
    """PostgreSQL names the index; SQLite names its columns."""
    text = str(error)
    return "operation_run_one_active" in text or "operation_runs.identity" in text
