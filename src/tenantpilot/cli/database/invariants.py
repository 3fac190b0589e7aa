"""Rules that the rows of every database of TenantPilot keep, as questions that count the rows that break one."""

from collections.abc import Mapping

from django.db import connection

from tenantpilot.audit import services as audit
from tenantpilot.tenancy.isolation import everything

INVARIANTS: Mapping[str, str] = {
    "a run is queued, running or completed": "SELECT count(*) FROM operation_runs WHERE NOT ("
    "(status = 'queued' AND outcome IS NULL AND started_at IS NULL AND completed_at IS NULL"
    " AND lease_token IS NULL) OR "
    "(status = 'running' AND outcome IS NULL AND started_at IS NOT NULL AND completed_at IS NULL"
    " AND lease_token IS NOT NULL AND lease_expires_at IS NOT NULL AND attempt >= 1) OR "
    "(status = 'completed' AND outcome IS NOT NULL AND completed_at IS NOT NULL AND lease_token IS NULL))",
    "the times of a run are in order": "SELECT count(*) FROM operation_runs WHERE started_at < created_at "
    "OR completed_at < created_at OR completed_at < started_at",
    "the same work is active once": "SELECT count(*) FROM (SELECT 1 FROM operation_runs "
    "WHERE status IN ('queued', 'running') GROUP BY workspace_id, coalesce(tenant_id, 0), type, identity "
    "HAVING count(*) > 1) AS doubled",
    "an ended run notified its initiator once": "SELECT count(*) FROM operation_runs run "
    "WHERE status = 'completed' AND initiator_id IS NOT NULL AND 1 <> (SELECT count(*) FROM notifications "
    "WHERE run_id = run.id AND recipient_id = run.initiator_id)",
    "nobody else was notified of a run": "SELECT count(*) FROM notifications note "
    "JOIN operation_runs run ON run.id = note.run_id WHERE run.status <> 'completed' "
    "OR run.initiator_id IS NULL OR run.initiator_id <> note.recipient_id OR run.workspace_id <> note.workspace_id",
    "a run ended once": "SELECT count(*) FROM operation_runs run WHERE status = 'completed' "
    "AND 1 <> (SELECT count(*) FROM operation_run_events WHERE run_id = run.id AND name = 'completed')",
    "a run belongs to the workspace of its tenant": "SELECT count(*) FROM operation_runs run "
    "JOIN tenants ON tenants.id = run.tenant_id WHERE tenants.workspace_id <> run.workspace_id",
}


def broken_invariants() -> list[str]:
    """Return the invariants that do not hold, with the number of rows; the audit log included."""
    with everything(), connection.cursor() as cursor:
        numbers = {name: _number(cursor, question) for name, question in INVARIANTS.items()}
        breaks = len(audit.verify().breaks)
    numbers["the chains of the audit log hold"] = breaks
    return [f"{name}: not so in {number} places" for name, number in numbers.items() if number]


def _number(cursor: object, question: str) -> int:
    cursor.execute(question)  # type: ignore[attr-defined]
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]
