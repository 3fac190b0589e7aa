"""`tenantpilot rotate-keys`."""

import typer
from django.conf import settings
from django.utils import timezone

from tenantpilot.cli.console import done, say
from tenantpilot.cli.install import SEALING_KEYS, new_sealing_key, replace_secret_file
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.monitoring import health
from tenantpilot.operations.monitoring.health import Health
from tenantpilot.tenancy.credentials import reseal_all
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.sealing import newest_key_id

app = typer.Typer()


@app.command()
def rotate_keys() -> None:
    """Make a new sealing key and seal every stored credential with it. Stop TenantPilot before.

    May be stopped and repeated. The keys before it stay in the file, for backups that were sealed with them.
    """
    _require_stopped()
    if _keys_are_in_file():
        _put_new_key_first()
    resealed = reseal_all()
    done(f"{resealed.changed} credentials sealed with key {newest_key_id()}")
    say("Start TenantPilot again, and keep a copy of the new sealing.keys.")
    if resealed.unreadable:
        names = Tenant.everywhere.filter(pk__in=resealed.unreadable).by_name().values_list("slug", flat=True)
        raise Problem(f"No key opens the credential of: {', '.join(names)}.", "Restore its key, or enter it again.")


def _require_stopped() -> None:
    """A process reads its keys when it starts: one that runs on could not open what is sealed with the new one."""
    found = health.processes(now=timezone.now())
    if names := ", ".join(process.name for process in found if process.health is Health.OK):
        raise Problem(f"TenantPilot is running: {names}.", "Stop it on every machine, then run this again.")


def _keys_are_in_file() -> bool:
    """Else TENANTPILOT_SEALING_KEYS holds them, and whoever set it puts a new key first there."""
    file = settings.DATA_DIR / SEALING_KEYS
    return file.is_file() and file.read_text().split() == list(settings.SEALING_KEYS)


def _put_new_key_first() -> None:
    settings.SEALING_KEYS = [new_sealing_key(), *settings.SEALING_KEYS]
    replace_secret_file(settings.DATA_DIR / SEALING_KEYS, "\n".join(settings.SEALING_KEYS))
    done(f"key {newest_key_id()} is first in {settings.DATA_DIR / SEALING_KEYS}")
