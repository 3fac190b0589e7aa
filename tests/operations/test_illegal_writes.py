"""The database itself refuses what the code forbids, on both engines (OPS-03, OPS-04, OPS-05, OPS-06, OPS-23, OPS-24, SEC-03, SEC-05).

Each attack is plain SQL, as from a console. It must be refused, and by the rule that is meant.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction

from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.roles import Role
from tests.databases import IS_POSTGRESQL
from tests.operations.kit import WORK, Engine, WorkInputs
from tests.people import member, new_tenant, new_workspace

pytestmark = pytest.mark.contract

PEOPLE = (("alice", Role.OPERATOR), ("bob", Role.READONLY))

TOKEN = "'99999999-9999-4999-8999-999999999999'" if IS_POSTGRESQL else "'99999999999949998999999999999999'"
LATER, EARLIER = "'2026-06-01 12:30:00+00'", "'2026-05-01 12:00:00+00'"
if not IS_POSTGRESQL:
    LATER, EARLIER = "'2026-06-01 12:30:00'", "'2026-05-01 12:00:00'"
LEASE = f"lease_token = {TOKEN}, lease_owner = 'w', lease_expires_at = {LATER}"
NO_LEASE = "lease_token = NULL, lease_owner = '', lease_expires_at = NULL"
START = f"status = 'running', started_at = {LATER}, attempt = attempt + 1, {LEASE}"
END = f"status = 'completed', completed_at = {LATER}, {NO_LEASE}"
TOO_MANY = json.dumps([{"code": "internal_error", "message": "x"}] * 52)
TOO_LONG = json.dumps([{"code": "internal_error", "message": "x" * 40_000}])

# What is checked at the end of a transaction is checked now.
SETTLE = ("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED") if IS_POSTGRESQL else ()


def born(**values: str) -> str:
    """An insert of a run that is legal but for the values given."""
    row = {
        "workspace_id": "{workspace}", "tenant_id": "{tenant}", "initiator_id": "{alice}", "type": "'test_work'",
        "status": "'queued'", "outcome": "NULL", "identity": "'new'", "inputs": "'{{}}'", "created_at": LATER,
        "dispatched_at": LATER, "dispatches": "1", "queue": "'interactive'", "attempt": "0", "lease_owner": "''",
        "summary_counts": "'{{}}'", "failure_summary": "'[]'", "reason_code": "''", "message": "''", "context": "'{{}}'",
    } | values  # fmt: skip
    return f"INSERT INTO operation_runs ({', '.join(row)}) VALUES ({', '.join(row.values())})"


def change(which: str, what: str) -> str:
    return f"UPDATE operation_runs SET {what} WHERE id = {{{which}}}"


def told(**values: str) -> str:
    row = {
        "workspace_id": "{workspace}", "tenant_id": "{tenant}", "recipient_id": "{alice}", "kind": "'operation_run_completed'", "run_id": "{running}",
        "data": "'{{}}'", "created_at": LATER,
    } | values  # fmt: skip
    return f"INSERT INTO notifications ({', '.join(row)}) VALUES ({', '.join(row.values())})"


# what is tried → (the beginning of the rule's name that must refuse it, either of several, and the statement)
ATTACKS: dict[str, tuple[str, str]] = {
    # how a run begins
    "born running": ("operation_run_born_queued", born(status="'running'", attempt="1", started_at=LATER, lease_token=TOKEN, lease_expires_at=LATER)),
    "born completed": ("operation_run_born_queued", born(status="'completed'", outcome="'failed'", completed_at=LATER)),
    "born after attempts": ("operation_run_born_queued", born(attempt="1")),
    "born to be cancelled": ("operation_run_born_queued", born(cancel_requested_at=LATER)),
    "born with an unknown status": ("operation_run_born_queued", born(status="'paused'")),
    "born with an outcome": ("operation_run_state_coherent", born(outcome="'failed'")),
    "born as the twin of an active run": ("operation_run_one_active_per_identity", born(identity="'{twin}'")),
    "born as the twin of a workspace's run": ("operation_run_one_active_per_workspace_identity", born(tenant_id="NULL", identity="'wide'")),
    "born with words for counts": ("operation_run_counts_numeric", born(summary_counts="""'{{"total": "many"}}'""")),
    "born with counts in counts": ("operation_run_counts_numeric", born(summary_counts="""'{{"total": {{"a": 1}}}}'""")),
    "born with a list of counts": ("operation_run_counts_numeric", born(summary_counts="'[1, 2]'")),
    # how it begins to run
    "running without a lease": ("operation_run_lease_of_attempt", change("queued", f"status = 'running', started_at = {LATER}, attempt = 1")),
    "running without an attempt": ("operation_run_lease_of_attempt", change("queued", f"status = 'running', started_at = {LATER}, {LEASE}")),
    "running without a start": ("operation_run_state_coherent", change("queued", f"status = 'running', attempt = 1, {LEASE}")),
    "running before it was created": ("operation_run_times_in_order", change("queued", START.replace(LATER, EARLIER, 1))),
    "queued with a lease": ("operation_run_state_coherent", change("queued", LEASE)),
    "queued with an outcome": ("operation_run_state_coherent", change("queued", "outcome = 'failed'")),
    "queued and asked to stop": ("operation_run_state_coherent", change("queued", f"cancel_requested_at = {LATER}")),
    "an unknown status": ("operation_run_st", change("queued", "status = 'paused'")),
    # how it ends
    "ended without an outcome": ("operation_run_state_coherent", change("queued", END)),
    "ended with an unknown outcome": ("operation_run_outcome_known", change("running", f"{END}, outcome = 'blocked'")),
    "never taken up, yet succeeded": ("operation_run_unstarted_never_succeeds", change("queued", f"{END}, outcome = 'succeeded'")),
    "never taken up, yet partly succeeded": ("operation_run_unstarted_never_succeeds", change("queued", f"{END}, outcome = 'partially_succeeded'")),
    "started and ended in one step": ("operation_run_legal_move", change("queued", f"{END}, outcome = 'succeeded', started_at = {LATER}")),
    "ended without a time": ("operation_run_state_coherent", change("running", f"{END}, outcome = 'failed'".replace(f"completed_at = {LATER}", "completed_at = NULL"))),
    "ended before it began": ("operation_run_times_in_order", change("running", f"{END}, outcome = 'failed'".replace(LATER, EARLIER, 1))),
    "ended and still leased": ("operation_run_state_coherent", change("running", f"status = 'completed', outcome = 'failed', completed_at = {LATER}")),
    "an outcome while running": ("operation_run_state_coherent", change("running", "outcome = 'succeeded'")),
    "ended with fractions for counts": ("operation_run_counts_numeric", change("running", """summary_counts = '{{"failed": 1.5}}'""")),
    "ended with less than nothing": ("operation_run_counts_numeric", change("running", """summary_counts = '{{"failed": -1}}'""")),
    "52 entries of failures": ("operation_run_failures_bounded", change("running", "failure_summary = '{too_many}'")),
    "failures of 40 kB": ("operation_run_failures_bounded", change("running", "failure_summary = '{too_long}'")),
    "failures that are no list": ("operation_run_failures_bounded", change("running", "failure_summary = '{{}}'")),
    # what never goes back
    "running, then queued again": ("operation_run_legal_move", change("running", f"status = 'queued', {NO_LEASE}")),
    "an attempt taken back": ("operation_run_attempt_only_grows", change("running", f"attempt = 0, {LEASE}")),
    "born with time spent": ("operation_run_born_queued", born(seconds_spent="1")),
    "time that was spent taken back": ("operation_run_time_only_grows", change("running", "seconds_spent = -1")),
    "an attempt left out": ("operation_run_attempt_only_grows", change("running", f"attempt = attempt + 2, {LEASE}")),
    "a lease stolen without an attempt": ("operation_run_lease_of_attempt", change("running", LEASE)),
    "an attempt without its lease": ("operation_run_lease_of_attempt", change("running", "attempt = attempt + 1")),
    "a start moved": ("operation_run_started_once", change("running", f"started_at = {LATER}")),
    "a cancel taken back": ("operation_run_cancel_stands", change("cancelling", "cancel_requested_at = NULL")),
    "a cancel put upon another": ("operation_run_cancel_stands", change("cancelling", "cancel_requested_by_id = {bob}")),
    # what a run is about
    "another tenant": ("operation_run_identity_fixed", change("queued", "tenant_id = {fabrikam}")),
    "no tenant": ("operation_run_identity_fixed", change("queued", "tenant_id = NULL")),
    "another workspace": ("operation_run_identity_fixed", change("queued", "workspace_id = {elsewhere}")),
    "another initiator": ("operation_run_identity_fixed", change("queued", "initiator_id = {bob}")),
    "no initiator": ("operation_run_identity_fixed", change("running", "initiator_id = NULL")),
    "another type": ("operation_run_identity_fixed", change("queued", "type = 'other'")),
    "another identity": ("operation_run_identity_fixed", change("running", "identity = 'other'")),
    "other inputs": ("operation_run_identity_fixed", change("running", """inputs = '{{"what": "else"}}'""")),
    "another time of creation": ("operation_run_identity_fixed", change("queued", f"created_at = {EARLIER}")),
    "another queue": ("operation_run_identity_fixed", change("queued", "queue = 'bulk'")),
    # what is over
    "completed, then running": ("operation_run_legal_move|operation_run_ending_final", change("completed", START)),
    "completed, then queued": ("operation_run_legal_move|operation_run_ending_final", change("completed", "status = 'queued', outcome = NULL, completed_at = NULL, started_at = NULL")),
    "another outcome": ("operation_run_ending_final", change("completed", "outcome = 'failed'")),
    "another end": ("operation_run_ending_final", change("completed", f"completed_at = {LATER}")),
    "more time spent": ("operation_run_ending_final", change("completed", "seconds_spent = seconds_spent + 1")),
    "other counts": ("operation_run_ending_final", change("completed", """summary_counts = '{{"processed": 9}}'""")),
    "other failures": ("operation_run_ending_final", change("completed", """failure_summary = '[{{"more": 1}}]'""")),
    "another reason": ("operation_run_ending_final", change("completed", "reason_code = 'worker_lost'")),
    "another message": ("operation_run_ending_final", change("completed", "message = 'All is well.'")),
    "a lease after the end": ("operation_run_ending_final", change("completed", LEASE)),
    "a cancel after the end": ("operation_run_ending_final", change("completed", f"cancel_requested_at = {LATER}")),
    "a retry of something else": ("operation_run_ending_final", change("completed", "retry_of_id = {queued}")),
    # what goes only with retention
    "a completed run deleted": ("operation_run_purge_gate", "DELETE FROM operation_runs WHERE id = {completed}"),
    "an active run deleted": ("operation_run_purge_gate", "DELETE FROM operation_runs WHERE id = {running}"),
    "every run deleted": ("operation_run_purge_gate", "DELETE FROM operation_runs"),
    "an event deleted": ("operation_event_purge_gate", "DELETE FROM operation_run_events WHERE id = {event}"),
    "an event changed": ("operation_event_append_only", "UPDATE operation_run_events SET name = 'other' WHERE id = {event}"),
    # what is told
    "told before the end": ("notification_of_ended_run", told()),
    "told that it started": ("notification_of_ended_run", told(kind="'operation_started'")),
    "a second word about an ended run": ("notification_of_ended_run", told(kind="'reminder'", run_id="{completed}")),
    "told of no run": ("notification_of_ended_run", told(run_id="NULL")),
    "told to somebody else": ("notification_of_ended_run", told(run_id="{completed}", recipient_id="{bob}")),
    "told of a system run": ("notification_of_ended_run", told(run_id="{system}")),
    "told twice": ("notification_once_per_run", told(run_id="{completed}")),
    "told of another tenant": ("notification_of_its_tenant|notifications_run_id_same_tenant", told(run_id="{completed}", tenant_id="{fabrikam}")),
    "told of no tenant": ("notification_of_its_tenant", told(run_id="{completed}", tenant_id="NULL")),
    "told of a tenant later": ("notification_fixed|notifications_run_id_same_tenant", "UPDATE notifications SET tenant_id = {fabrikam} WHERE id = {note}"),
    "told otherwise": ("notification_fixed", """UPDATE notifications SET data = '{{"outcome": "failed"}}' WHERE id = {note}"""),
    "told to another": ("notification_fixed", "UPDATE notifications SET recipient_id = {bob} WHERE id = {note}"),
    "untold": ("notification_purge_gate", "DELETE FROM notifications WHERE id = {note}"),
    # what is recorded
    "an audit entry changed": ("audit_append_only", "UPDATE audit_log SET action = 'other'"),
    "an audit entry deleted": ("audit_append_only", "DELETE FROM audit_log"),
    "a chain wound back": ("audit_chain_grows", "UPDATE audit_chains SET sequence = sequence - 1"),
    "a chain wound on": ("audit_chain_grows", "UPDATE audit_chains SET sequence = sequence + 2"),
    "a chain's end forged": ("audit_chain_grows", "UPDATE audit_chains SET hash = 'forged'"),
    "a chain deleted": ("audit_chain_stays", "DELETE FROM audit_chains"),
    "an audit entry put in the place of another": ("audit_", "INSERT INTO audit_log (workspace_id, sequence, action, actor_name, target_type, target_id, request_id, at, previous_hash, hash) SELECT workspace_id, sequence, 'other', '', '', '', '', at, previous_hash, hash FROM audit_log LIMIT 1"),
    # what crosses workspaces
    "a run of another workspace's tenant": ("operation_runs_tenant_id_same_workspace", born(tenant_id="{foreign}")),
    "a retry across workspaces": ("operation_runs_retry_of_id_same_workspace|operation_runs_retry_of_id_same_tenant", born(workspace_id="{elsewhere}", tenant_id="{foreign}", retry_of_id="{completed}")),
    "told in another workspace": ("notification", told(workspace_id="{elsewhere}", run_id="{completed}")),
    "a tenant moved": ("tenant_stays_in_workspace", "UPDATE tenants SET workspace_id = {elsewhere} WHERE id = {tenant}"),
    "a member across workspaces": ("tenant_members_tenant_id_same_workspace", "INSERT INTO tenant_members (workspace_id, tenant_id, user_id, role) VALUES ({workspace}, {foreign}, {bob}, 'owner')"),
    "a member with an unknown role": ("tenant_member_role_known", "UPDATE tenant_members SET role = 'root'"),
    "a credential across workspaces": ("tenant_credentials_tenant_id_same_workspace", f"INSERT INTO tenant_credentials (workspace_id, tenant_id, kind, client_id, sealed, key_id, version, changed_at) VALUES ({{workspace}}, {{foreign}}, 'secret', {TOKEN}, 'x', 'k', 1, {LATER})"),
}  # fmt: skip

REPLACE = {
    "a completed run replaced by a queued one": ("operation_run_never_replaced", born(id="{completed}").replace("INSERT", "INSERT OR REPLACE", 1)),
    "a running run replaced by its twin": ("operation_run_one_active_per_identity", born(identity="'{twin}'").replace("INSERT", "INSERT OR REPLACE", 1)),
    "an event replaced": ("operation_event_never_replaced", f"REPLACE INTO operation_run_events (id, run_id, name, at, attempt, data) VALUES ({{event}}, {{running}}, 'other', {LATER}, 1, '{{{{}}}}')"),
    "a notification replaced": ("notification_once_per_run", told(id="{note}", run_id="{completed}").replace("INSERT", "REPLACE", 1)),
    "an audit entry replaced": ("audit_append_only", "REPLACE INTO audit_log (workspace_id, sequence, action, actor_name, target_type, target_id, request_id, at, previous_hash, hash) SELECT workspace_id, sequence, 'other', '', '', '', '', at, previous_hash, hash FROM audit_log LIMIT 1"),
    "a chain replaced": ("audit_chain_grows", "REPLACE INTO audit_chains (workspace_id, sequence, hash) VALUES ({workspace}, 0, 'forged')"),
}  # fmt: skip

ON_POSTGRESQL = {
    "every run emptied": ("operation_runs_no_truncate", "TRUNCATE operation_runs CASCADE"),
    "every event emptied": ("operation_run_events_no_truncate", "TRUNCATE operation_run_events"),
    "every notification emptied": ("notifications_no_truncate", "TRUNCATE notifications"),
    "the audit log emptied": ("audit_append_only", "TRUNCATE audit_log"),
    "the chains emptied": ("audit_append_only", "TRUNCATE audit_chains"),
    "an end that nobody is told": ("operation_run_ending_told", change("running", f"{END}, outcome = 'succeeded'")),
}
HERE = ATTACKS | (ON_POSTGRESQL if IS_POSTGRESQL else REPLACE)

# What must go on working, so that no rule is too strict.
LEGAL: dict[str, str] = {
    "a run is created": born(),
    "a run of the workspace is created": born(tenant_id="NULL", identity="'new'"),
    "a queued run is taken up": change("queued", START),
    "a queued run is cancelled": change("system_queued", f"{END}, outcome = 'cancelled', cancel_requested_at = {LATER}, cancel_requested_by_id = {{bob}}"),
    "a queued run fails": change("system_queued", f"{END}, outcome = 'failed'"),
    "a running run is taken over": change("running", f"attempt = attempt + 1, {LEASE}"),
    "a lease is extended": change("running", f"lease_expires_at = {LATER}"),
    "a running run is asked to stop": change("running", f"cancel_requested_at = {LATER}, cancel_requested_by_id = {{bob}}"),
    "a running run ends": change("system_running", f"{END}, outcome = 'succeeded'"),
    "context, message and reason of an active run": change("running", """context = '{{"a": 1}}', message = 'm', reason_code = 'r'"""),
    "context of a completed run": change("completed", """context = '{{"a": 1}}'"""),
    "a notification is read": f"UPDATE notifications SET read_at = {LATER} WHERE id = {{note}}",
}  # fmt: skip


@dataclass
class Refusal:
    rule: str
    text: str


def refusal_of(error: DatabaseError) -> Refusal:
    """The rule's name: PostgreSQL names the constraint, SQLite's messages begin with it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    text = str(error)
    if diagnosis is not None:
        return Refusal(diagnosis.constraint_name or "", text)
    found = re.match(r"(?:CHECK constraint failed: )?(\w+)", text)
    return Refusal(found.group(1) if found else "", text)


def attack(statement: str, rows: dict[str, Any]) -> Refusal | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for each in (*SETTLE, statement.format(**rows, too_many=TOO_MANY, too_long=TOO_LONG), *SETTLE):
                cursor.execute(each)
    except DatabaseError as error:
        return refusal_of(error)
    return None


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Made once: whatever is tried on it is refused or undone, and all of it with the last test."""
    known = patch.dict(operation_types._types, {WORK.key: WORK})
    with known, django_db_blocker.unblock(), transaction.atomic():
        yield runs_in_every_state()
        transaction.set_rollback(True)


def runs_in_every_state() -> dict[str, Any]:
    """And a workspace that has nothing to do with them."""
    engine = Engine(new_tenant(new_workspace(), "contoso"))
    fabrikam = new_tenant(engine.tenant.workspace, "fabrikam")
    foreign = new_tenant(new_workspace("adatum", "Adatum"), "adatum")
    alice, bob = (member(engine.tenant, name, role) for name, role in PEOPLE)
    queued, wide = engine.start(alice, what="queued"), of_the_workspace(engine)
    cancelling = engine.running(alice, what="cancelling").run
    engine.service.request_cancel(cancelling, actor=alice, now=engine.clock())
    completed = engine.completed(alice, what="completed")
    return {
        "workspace": engine.tenant.workspace_id, "elsewhere": foreign.workspace_id, "tenant": engine.tenant.pk,
        "foreign": foreign.pk, "fabrikam": fabrikam.pk, "alice": alice.pk, "bob": bob.pk,
        "queued": queued.pk, "twin": queued.identity, "wide": wide.pk, "cancelling": cancelling.pk,
        "running": engine.running(alice, what="running").run.pk, "completed": completed.pk,
        "system": engine.completed(None, what="system").pk, "system_queued": engine.start(None, what="sq").pk,
        "system_running": engine.running(None, what="sr").run.pk,
        "event": RunEvent.objects.filter(run=completed).first().pk,
        "note": Notification.everywhere.get(run=completed).pk,
    }  # fmt: skip


def of_the_workspace(engine: Engine) -> OperationRun:
    """A run without a tenant, and another by plain SQL that is its twin in all but the inputs."""
    place = engine.tenant.workspace
    wide = engine.service.start(
        engine.kind, tenant=None, workspace=place, initiator=None, inputs=WorkInputs("wide"), now=engine.clock()
    ).run
    with connection.cursor() as cursor:
        cursor.execute(born(tenant_id="NULL", identity="'wide'", initiator_id="NULL").format(workspace=place.pk))
    return wide


@pytest.mark.parametrize("what", HERE)
def test_the_database_refuses(what: str, rows: dict[str, Any], db: None) -> None:
    """OPS-03, OPS-04, OPS-05, OPS-06, OPS-23, OPS-24, SEC-03, SEC-05: refused, and by the rule that is meant."""
    rule, statement = HERE[what]
    refusal = attack(statement, rows)
    assert refusal is not None, "the database let it pass"
    assert refusal.rule.startswith(tuple(rule.split("|"))), refusal.text


@pytest.mark.parametrize("what", LEGAL)
def test_the_database_accepts(what: str, rows: dict[str, Any], db: None) -> None:
    """OPS-04: every legal move is possible."""
    assert attack(LEGAL[what], rows) is None


def test_there_are_at_least_forty_attacks_on_this_engine() -> None:
    """OPS-04."""
    assert len(HERE) >= 40


def test_a_run_that_survived_every_attack_is_as_it_was(rows: dict[str, Any], db: None) -> None:
    """OPS-04: a refusal changes nothing."""
    before = every_run()
    for _rule, statement in HERE.values():
        attack(statement, rows)
    assert every_run() == before


def every_run() -> list[dict[str, Any]]:
    return list(OperationRun.everywhere.order_by("pk").values())
