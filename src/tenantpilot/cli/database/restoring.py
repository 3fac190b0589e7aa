"""Restore a backup into an empty installation: all of it, or nothing."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.cli import schema
from tenantpilot.cli.database import postgresql_engine, sqlite_engine
from tenantpilot.cli.database.archive import ArchiveReader, reading
from tenantpilot.cli.database.invariants import broken_invariants
from tenantpilot.cli.database.manifest import Manifest
from tenantpilot.cli.database.refusals import BackupRefused, Refusal
from tenantpilot.cli.database.verifying import require_restorable
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring import health
from tenantpilot.operations.monitoring.health import Health
from tenantpilot.tenancy.audit_actions import DATABASE_RESTORED
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.models import User, Workspace
from tenantpilot.tenancy.stops import StopReason, stop_installation


@dataclass(frozen=True)
class Restored:
    """A restored backup. `broken` are the rules that its rows break: they did so in the original too."""

    manifest: Manifest
    broken: tuple[str, ...]


def restore(path: Path, *, identity: Path | None = None, now: datetime) -> Restored:
    """Fill the empty installation and stop all its work, because the original may still be at it.

    Raises BackupRefused before anything is written.
    """
    with reading(path, identity) as archive:
        _require_engine(archive.manifest)
        _require_empty(now)
        require_restorable(archive)
        broken = _restore_sqlite(archive, now) if connection.vendor == "sqlite" else _restore_postgresql(archive, now)
        return Restored(archive.manifest, tuple(broken))


def _restore_sqlite(archive: ArchiveReader, now: datetime) -> list[str]:
    """Everything is done beside the place of the database, where the file comes last."""
    target = Path(connection.settings_dict["NAME"])
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        copy = Path(folder) / sqlite_engine.PART
        sqlite_engine.extract(archive, copy)
        sqlite_engine.require_sound(copy)
        with sqlite_engine.working_in(copy):
            broken = broken_invariants()
            _stop(archive.manifest, now)
        sqlite_engine.put_in_place(copy)
    return broken


def _restore_postgresql(archive: ArchiveReader, now: datetime) -> list[str]:
    """The tables are made first; their rows, and the stop, come in one transaction."""
    schema.migrate()
    with transaction.atomic(), everything():
        postgresql_engine.load(archive)
        broken = broken_invariants()
        _stop(archive.manifest, now)
    return broken


def _stop(manifest: Manifest, now: datetime) -> None:
    """In the database that was restored. A stop that it brought along stays."""
    with transaction.atomic():
        facts = {"made_at": manifest.made_at.isoformat(), "rows": manifest.contents.rows}
        audit.record(DATABASE_RESTORED, workspace_id=audit.INSTALLATION, after=facts, at=now)
        stop_installation(actor=None, now=now, reason=StopReason.COPIED)


def _require_engine(manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        text = f"The backup is of {_name(manifest.engine)}, and this installation uses {_name(connection.vendor)}."
        raise BackupRefused(Refusal.OTHER_ENGINE, text, "Set TENANTPILOT_DATABASE_URL to a database of that kind.")
    if settings.ROW_SECURITY and not settings.OWNS_DATABASE:
        text = "Only the owner of the tables may restore."
        raise BackupRefused(Refusal.NOT_OWNER, text, "Name the owner in TENANTPILOT_OWNER_DATABASE_URL.")


def _require_empty(now: datetime) -> None:
    """A database without tables is empty, and so is one that `tenantpilot setup` just made."""
    if _has_no_file() or not schema.has_tables():
        return
    with everything():
        names = [rows.model._meta.db_table for rows in _rows_of_people() if rows.exists()]
        processes = [] if names else _running(now)
    if names:
        text = f"This installation is not empty: there are rows in {', '.join(names)}."
        advice = "Restore into another database: a new TENANTPILOT_DATA_DIR or TENANTPILOT_DATABASE_URL."
        raise BackupRefused(Refusal.NOT_EMPTY, text, advice)
    if processes:
        text = f"TenantPilot is running: {', '.join(processes)}."
        raise BackupRefused(Refusal.STILL_RUNNING, text, "Stop it on every machine, then run this again.")


def _has_no_file() -> bool:
    """To ask SQLite would make the file."""
    name = Path(str(connection.settings_dict["NAME"]))
    return connection.vendor == "sqlite" and (not name.exists() or name.stat().st_size == 0)


def _rows_of_people() -> list[Any]:
    """Return the rows that `tenantpilot setup` makes none of."""
    return [
        Workspace.objects.all(),
        User.objects.all(),
        OperationRun.everywhere.all(),
        AuditLog.objects.all(),
    ]


def _running(now: datetime) -> list[str]:
    return [process.name for process in health.processes(now=now) if process.health is Health.OK]


def _name(vendor: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(vendor, vendor)
