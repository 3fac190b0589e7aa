"""A backup that is made while workers write is one moment of the database, with all that must hold of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.utils import timezone

from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.database.backing_up import back_up
from tenantpilot.cli.database.invariants import broken_invariants
from tenantpilot.cli.database.restoring import restore
from tenantpilot.cli.database.verifying import verify
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.stops import installation_stop
from tests.databases import OwnDatabase
from tests.operations.kit import Engine, Line

ROOT = Path(__file__).resolve().parents[3]
WRITERS = 4


@contextmanager
def writing(database: OwnDatabase) -> Iterator[list[subprocess.Popen[str]]]:
    """Worker processes that write all the time."""
    command = [sys.executable, "-m", "tests.cli.database.writers"]
    environment = os.environ | database.environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    processes = [
        subprocess.Popen([*command, str(number)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for number in range(WRITERS)
    ]
    try:
        for process in processes:
            assert process.stdout.readline() == "writing\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()


def test_a_backup_beneath_four_writers_is_one_moment(own_database, alice, tmp_path, in_empty_installation):
    """OPS-04, OPS-06, OPS-23: every rule of the database holds in what is restored."""
    before = OperationRun.everywhere.count()
    with writing(own_database) as processes:
        backups = [back_up(tmp_path / f"{number}.zip", now=timezone.now()) for number in range(3)]
        assert [process.poll() for process in processes] == [None] * WRITERS
    assert OperationRun.everywhere.count() > before + WRITERS
    for backup in backups:
        with in_empty_installation():
            assert restore(backup.path, now=timezone.now()).broken == ()
            assert OperationRun.everywhere.completed().count() >= WRITERS
            assert Notification.everywhere.exists()


def test_row_for_row_it_is_the_same_but_stopped(archive, history, in_empty_installation, now):
    """SEC-10: the original may still be at work. New rows get numbers that no row has."""
    original = rows_by_table()
    with in_empty_installation():
        restore(archive, now=now)
        restored = rows_by_table()
        assert installation_stop() is not None
        assert AuditLog.objects.filter(action="database.restored").count() == 1
        newest = max(OperationRun.everywhere.values_list("pk", flat=True))
        assert Engine(Tenant.everywhere.get(slug="contoso"), Line()).start(what="new").pk > newest
        assert broken_invariants() == []
    differing = {table for table, rows in restored.items() if rows != original[table]}
    assert differing == {"audit_log", "audit_chains", "installation"}


def test_a_broken_rule_is_named(history):
    assert broken_invariants() == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER notification_purge_gate")
        else:
            cursor.execute("ALTER TABLE notifications DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM notifications")
    assert broken_invariants() == ["an ended run notified its initiator once: not so in 1 places"]


def test_a_backup_is_for_its_owner_alone_and_without_keys(archive, settings):
    assert archive.stat().st_mode & 0o077 == 0
    proof = verify(archive)
    assert proof.lacking == ()
    assert [key.id for key in proof.manifest.keys] == ["t1"]
    content = archive.read_bytes()
    assert not any(line.partition(":")[2].encode() in content for line in settings.SEALING_KEYS)


def rows_by_table() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: rows_of(cursor, table) for table in tables}


def rows_of(cursor, table: str) -> list[str]:
    cursor.execute(f'SELECT * FROM "{table}"')
    return sorted(map(repr, cursor.fetchall()))
