"""The migrations that tell which form of the database a backup has."""

from importlib.metadata import version

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tenantpilot.cli.database.manifest import Manifest
from tenantpilot.cli.database.refusals import BackupRefused, Refusal


def program_version() -> str:
    return version("tenantpilot")


def applied_migrations() -> tuple[str, ...]:
    """Return every migration of the database, as "app.name", sorted."""
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()))


def require_same_version(manifest: Manifest) -> None:
    """Raises BackupRefused. Asks no database."""
    loader = MigrationLoader(None)
    known_migrations = {f"{app}.{name}" for app, name in loader.disk_migrations}
    needed = {f"{app}.{name}" for app, name in loader.graph.nodes}
    newer, older = sorted(set(manifest.migrations) - known_migrations), sorted(needed - set(manifest.migrations))
    if newer:
        text = f"TenantPilot {manifest.made_by} made the backup; this program lacks {_some(newer)}."
        raise BackupRefused(Refusal.WRONG_VERSION, text, "Install that version, and restore with it.")
    if older:
        text = f"TenantPilot {manifest.made_by} made the backup, before {_some(older)}."
        advice = "Install that version, restore with it, then upgrade and run: tenantpilot migrate"
        raise BackupRefused(Refusal.WRONG_VERSION, text, advice)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more migrations" if len(names) > 3 else "")
