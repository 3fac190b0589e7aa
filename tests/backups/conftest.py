"""Contoso in the simulator, and backups that a worker of this process makes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from intunesim import Plan

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.services import start_backup
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tests.inventory.conftest import credential, directory, graph, simulator, sync, workspace_scope

__all__ = ["credential", "directory", "graph", "simulator", "sync", "workspace_scope"]

Backup = Callable[..., BackupSet]


@pytest.fixture
def plan() -> Plan:
    return Plan(policies=30, seed=7)


@pytest.fixture
def back_up(contoso: Any, graph: str, credential: Any, now: Any) -> Backup:
    """Ask for a backup by hand of these types, and make it as a worker would; answers the set."""

    def ask_and_work(*policy_types: str, initiator: Any = None, **further: Any) -> BackupSet:
        facts = {"tenant": contoso, "initiator": initiator, "name": "Before the change", "now": now}
        started = start_backup(policy_types=policy_types, **facts, **further)
        Runner().execute(started.run.pk)
        return set_of(started.run)

    return ask_and_work


def set_of(run: OperationRun) -> BackupSet:
    found: BackupSet = BackupSet.everywhere.select_related("chain", "run").get(run_id=run.pk)
    return found


@pytest.fixture
def by_sql():
    """Write past every guard, as somebody with the database file could."""

    def execute(sql, *params):
        tables = ("payloads", "backup_sets", "backup_members", "policy_versions", "version_secrets")
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(sql, params)
                cursor.execute("SET session_replication_role = origin")
                return
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s, %s, %s, %s)", tables
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(sql, params)

    return execute
