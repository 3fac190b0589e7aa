"""How many operations may run at once: in a tenant, and in a workspace."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.db import connection

_RUNNING = (
    "SELECT count(*), count(CASE WHEN tenant_id = %s THEN 1 END) FROM operation_runs"
    " WHERE status = 'running' AND workspace_id = %s"
)


class Place(StrEnum):
    """Where there is no slot left."""

    TENANT = "tenant"
    WORKSPACE = "workspace"


class Waiting(Protocol):
    """A run in line, as far as slots go."""

    workspace_id: int
    tenant_id: int | None


@dataclass(frozen=True)
class Full:
    """As many are running there as may."""

    place: Place
    running: int
    limit: int


def full(run: Waiting) -> Full | None:
    """Whether a run has to wait, and where; None when a slot is free. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [run.tenant_id, run.workspace_id])
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
