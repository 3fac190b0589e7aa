"""Limit the operations that run at once: in a tenant, and in a workspace."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from django.conf import settings
from django.db import connection

RETRY = timedelta(seconds=3)
# A run that was set aside keeps its place in its tenant, which is what waits, and gives up the one in the workspace.
_RUNNING = (
    "SELECT count(CASE WHEN lease_owner = '' AND not_before IS NOT NULL THEN NULL ELSE 1 END),"
    " count(CASE WHEN tenant_id = %s THEN 1 END) FROM operation_runs"
    " WHERE status = 'running' AND workspace_id = %s AND id <> %s"
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


_WITHOUT = (
    "SELECT id, workspace_id, tenant_id FROM operation_runs WHERE id = %s AND (status = 'queued'"
    " OR (status = 'running' AND lease_owner = '' AND not_before IS NOT NULL))"
)


class InLine(NamedTuple):
    """A run that needs a slot to go on."""

    pk: int
    workspace_id: int
    tenant_id: int | None


@dataclass(frozen=True)
class Full:
    """As many are running there as may."""

    place: Place
    running: int
    limit: int


def in_line(run_id: int) -> InLine | None:
    """Return the run, if it has no slot: one that a lost worker held keeps its own."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, [run_id])
        row = cursor.fetchone()
    return InLine(*row) if row else None


def full(run: Waiting) -> Full | None:
    """Return whether a run has to wait, and where; None when a slot is free. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [run.tenant_id, run.workspace_id, run.pk])
        in_workspace, in_tenant = cursor.fetchone()
    for place, running, limit in (
        (Place.TENANT, in_tenant, settings.OPERATIONS_PER_TENANT),
        (Place.WORKSPACE, in_workspace, settings.OPERATIONS_PER_WORKSPACE),
    ):
        if running >= limit:
            return Full(place, running, limit)
    return None


def decide_alone(run: Waiting) -> None:
    """Until the transaction ends, nobody else decides who gets a slot here. SQLite has one writer anyway."""
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM workspaces WHERE id = %s FOR NO KEY UPDATE", [run.workspace_id])
