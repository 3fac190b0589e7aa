"""`tenantpilot rotate-keys`."""

from typing import Annotated

import typer
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenantpilot.artifacts import uploads
from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.backups.portable import transfer_keys
from tenantpilot.cli.console import done, say
from tenantpilot.cli.database.keys import number_sealed_with
from tenantpilot.cli.install import SEALING_KEYS, new_sealing_key, replace_secret_file
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.monitoring import health
from tenantpilot.operations.monitoring.health import Health
from tenantpilot.restores import approval_codes
from tenantpilot.tenancy import credentials, second_factors
from tenantpilot.tenancy.audit_actions import KEYS_RETIRED, KEYS_ROTATED
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.sealing import newest_key_id
from tenantpilot.versions import overlay

app = typer.Typer()


@app.command()
def rotate_keys(
    retire: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Take this key out instead, for one that was stolen. Nothing may need it."),
    ] = None,
) -> None:
    """Make a new sealing key and seal every stored secret with it. Stop TenantPilot before.

    Credentials of tenants, second factors of people, secrets in versions of policies, codes of approvals that restores
    wait for, and passphrases of exports and imports under way are sealed. May be stopped and repeated. The keys
    before it stay in the file, for backups that were sealed with them, until they are retired.
    """
    _require_stopped()
    if retire is not None:
        _retire(retire)
        return
    if _keys_are_in_file():
        _put_new_key_first()
    _reseal()


def _reseal() -> None:
    tenants, people = credentials.reseal_all(), second_factors.reseal_seeds()
    secrets, codes, passphrases = overlay.reseal_all(), approval_codes.reseal_all(), transfer_keys.reseal_all()
    changed = {
        "credentials": tenants.changed,
        "second_factors": people.changed,
        "version_secrets": secrets.changed,
        "approval_codes": codes.changed,
        "transfer_keys": passphrases,
    }
    _record(KEYS_ROTATED, {"key": newest_key_id(), **changed})
    done(
        f"{tenants.changed} credentials, {people.changed} second factors, {secrets.changed} secrets of versions,"
        f" {codes.changed} codes of approvals and {passphrases} passphrases of exports and imports"
        f" sealed with key {newest_key_id()}"
    )
    say("Start TenantPilot again, and keep a copy of the new sealing.keys.")
    if tenants.unreadable:
        names = Tenant.everywhere.filter(pk__in=tenants.unreadable).by_name().values_list("slug", flat=True)
        raise Problem(f"No key opens the credential of: {', '.join(names)}.", "Restore its key, or enter it again.")
    if people.unreadable:
        addresses = User.objects.filter(pk__in=people.unreadable).values_list("email", flat=True)
        raise Problem(
            f"No key opens the second factor of: {', '.join(addresses)}.",
            "Restore its key, or run: tenantpilot person remove-second-factor EMAIL",
        )
    if secrets.unreadable:
        advice = "Restore their key, or capture the policies anew."
        raise Problem(f"No key opens {secrets.unreadable} secrets of versions.", advice)
    if codes.unreadable:
        advice = "Restore their key, or let the restores expire and restore their policies again."
        raise Problem(f"No key opens {codes.unreadable} codes of approvals that restores wait for.", advice)


def _retire(key_id: str) -> None:
    """Take an old key away. What was sealed with it and lies in a backup cannot be opened any more."""
    if key_id not in (line.partition(":")[0] for line in settings.SEALING_KEYS):
        raise Problem(f"There is no key {key_id}.", "The names stand before the colons in sealing.keys.")
    if key_id == newest_key_id():
        raise Problem(f"Key {key_id} is the one that seals.", "Run tenantpilot rotate-keys first.")
    if waiting := uploads.sealed_with(key_id):
        raise Problem(f"{waiting} uploads need key {key_id}.", "Start TenantPilot, and let their imports end first.")
    if needed := number_sealed_with(key_id):
        raise Problem(f"{needed} stored secrets need key {key_id}.", "Run tenantpilot rotate-keys first.")
    if _keys_are_in_file():
        settings.SEALING_KEYS = [line for line in settings.SEALING_KEYS if line.partition(":")[0] != key_id]
        replace_secret_file(settings.DATA_DIR / SEALING_KEYS, "\n".join(settings.SEALING_KEYS))
        done(f"key {key_id} is out of {settings.DATA_DIR / SEALING_KEYS}")
    else:
        done(f"nothing needs key {key_id}: take it out of TENANTPILOT_SEALING_KEYS on every machine")
    _record(KEYS_RETIRED, {"key": key_id})
    say("Was it stolen? Then change the credentials in Entra as well: a copy of the database could be read with it.")


def _record(action: AuditAction, facts: dict[str, str | int]) -> None:
    with transaction.atomic():
        audit.record(action, workspace_id=audit.INSTALLATION, after=facts, at=timezone.now())


def _require_stopped() -> None:
    """A process reads its keys when it starts: one that runs on could not open what is sealed with the new one."""
    processes = health.processes(now=timezone.now())
    if names := ", ".join(process.name for process in processes if process.health is Health.OK):
        raise Problem(f"TenantPilot is running: {names}.", "Stop it on every machine, then run this again.")


def _keys_are_in_file() -> bool:
    """Else TENANTPILOT_SEALING_KEYS holds them, and whoever set it puts a new key first there."""
    file = settings.DATA_DIR / SEALING_KEYS
    return file.is_file() and file.read_text().split() == list(settings.SEALING_KEYS)


def _put_new_key_first() -> None:
    settings.SEALING_KEYS = [new_sealing_key(), *settings.SEALING_KEYS]
    replace_secret_file(settings.DATA_DIR / SEALING_KEYS, "\n".join(settings.SEALING_KEYS))
    done(f"key {newest_key_id()} is first in {settings.DATA_DIR / SEALING_KEYS}")
