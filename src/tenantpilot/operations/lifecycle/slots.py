"""The limits of how many operations run at once: in a tenant, in a workspace, and of one tenant among all workers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tenantpilot.core.fast_insert import stored_time

# A slot that frees wakes the next run. This is for the case that nobody woke it.
RETRY = timedelta(seconds=20)
# A run that was set aside and is due again waits where nobody can tell it from one that waits for Graph.
RETRY_OF_BEGUN = timedelta(seconds=3)
ALIVE_FOR_BEATS = 3
# A run that was set aside keeps its place in its tenant, which is what waits, and gives up the one in the workspace.
_RUNNING = (
    "SELECT count(CASE WHEN lease_owner = '' AND not_before IS NOT NULL THEN NULL ELSE 1 END),"
    " count(CASE WHEN tenant_id = %s THEN 1 END) FROM operation_runs"
    " WHERE status = 'running' AND workspace_id = %s AND id <> %s"
)


_WORKERS = "SELECT name, queues, places FROM process_heartbeats WHERE role = 'worker' AND seen_at > %s"
_NEXT = (
    "SELECT r.id FROM operation_runs r WHERE r.status = 'queued' AND r.workspace_id = %s AND r.not_before > %s"
    " AND (r.tenant_id IS NULL OR %s > (SELECT count(*) FROM operation_runs o WHERE o.status = 'running'"
    " AND o.workspace_id = r.workspace_id AND o.tenant_id = r.tenant_id))"
    " ORDER BY CASE WHEN r.initiator_id IS NULL THEN 1 ELSE 0 END, r.id LIMIT 1"
)


_OTHERS_WAIT = (
    "SELECT 1 FROM operation_runs WHERE status = 'queued' AND outcome IS NULL AND queue = %s"
    " AND (tenant_id IS NULL OR tenant_id <> %s) AND (not_before IS NULL OR not_before <= %s)"
    " AND NOT EXISTS (SELECT 1 FROM installation WHERE stopped_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM tenants WHERE tenants.id = tenant_id AND stopped_at IS NOT NULL) LIMIT 1"
)


class Place(StrEnum):
    """The place that has no slot left."""

    TENANT = "tenant"
    WORKSPACE = "workspace"


class Waiting(Protocol):
    """A run, as far as slots go."""

    @property
    def pk(self) -> int: ...
    @property
    def workspace_id(self) -> int: ...
    @property
    def tenant_id(self) -> int | None: ...
    @property
    def queue(self) -> str: ...


_WITHOUT = (
    "SELECT id, workspace_id, tenant_id, queue FROM operation_runs WHERE id = %s AND (status = 'queued'"
    " OR (status = 'running' AND lease_owner = '' AND not_before IS NOT NULL))"
)


class InLine(NamedTuple):
    """A run that needs a slot to go on."""

    pk: int
    workspace_id: int
    tenant_id: int | None
    queue: str


@dataclass(frozen=True)
class Full:
    """A place where the limit of running operations is reached."""

    place: Place
    running: int
    limit: int


def in_line(run_id: int) -> InLine | None:
    """Return the run, if it has no slot: one that a lost worker held keeps its own."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, [run_id])
        row = cursor.fetchone()
    return InLine(*row) if row else None


def full(run: Waiting, *, now: datetime) -> Full | None:
    """Return the place that has no slot for the run, or None when one is free. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [run.tenant_id, run.workspace_id, run.pk])
        in_workspace, in_tenant = cursor.fetchone()
    for place, running, limit in (
        (Place.TENANT, in_tenant, settings.OPERATIONS_PER_TENANT),
        (Place.WORKSPACE, in_workspace, settings.OPERATIONS_PER_WORKSPACE),
    ):
        if running >= limit:
            return Full(place, running, limit)
    if in_tenant and _is_last_place(run.queue) and _others_wait(run, now=now):
        return Full(Place.TENANT, in_tenant, in_tenant)
    return None


def _others_wait(run: Waiting, *, now: datetime) -> bool:
    """Return True if another tenant, or a workspace, has a run in this queue that could begin now."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS_WAIT, [run.queue, run.tenant_id, stored_time(now)])
        return cursor.fetchone() is not None


def _is_last_place(queue: str) -> bool:
    """Return True if one place is free, or none: a tenant that has one leaves the last to those who wait.

    So one tenant's twentieth run holds up no first run of another, however few workers there are. Where nobody counts
    places, or there is a single one, it is everybody's.
    """
    since = timezone.now() - timedelta(seconds=ALIVE_FOR_BEATS * settings.OPERATIONS_HEARTBEAT_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(_WORKERS, [stored_time(since)])
        workers = {name: places for name, queues, places in cursor.fetchall() if queue in queues.split(",")}
        if sum(workers.values()) <= 1:
            return False
        cursor.execute("SELECT lease_owner FROM operation_runs WHERE status = 'running' AND lease_owner <> ''")
        held = sum(f"worker@{owner}" in workers for (owner,) in cursor.fetchall())
    return bool(sum(workers.values()) - held <= 1)


def next_put_off(workspace_id: int, *, now: datetime) -> int | None:
    """Return the run that a free slot of the workspace is for: people's first, then the oldest. Locks it."""
    skip = " FOR NO KEY UPDATE OF r SKIP LOCKED" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT + skip, [workspace_id, stored_time(now), settings.OPERATIONS_PER_TENANT])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def decide_alone(run: Waiting) -> None:
    """Until the transaction ends, nobody else decides who gets a slot here. SQLite has one writer anyway."""
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM workspaces WHERE id = %s FOR NO KEY UPDATE", [run.workspace_id])
