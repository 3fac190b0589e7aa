"""The sealing keys that a database needs. They are never inside its backup."""

from django.conf import settings

from tenantpilot.artifacts import uploads
from tenantpilot.backups.portable import transfer_keys
from tenantpilot.cli.database.manifest import KeyMark, Manifest
from tenantpilot.cli.database.refusals import BackupRefused, Refusal
from tenantpilot.cli.install import SEALING_KEYS, SECRET_KEY
from tenantpilot.restores import approval_codes
from tenantpilot.tenancy import credentials, second_factors
from tenantpilot.tenancy.sealing import key_ids, key_mark, newest_key_id
from tenantpilot.versions import overlay

ROOMS_THAT_SEAL = (credentials, second_factors, overlay, uploads, transfer_keys, approval_codes)


def number_sealed_with(key_id: str) -> int:
    """Count the stored secrets that need this key."""
    return sum(room.sealed_with(key_id) for room in ROOMS_THAT_SEAL)


def needed_keys() -> tuple[KeyMark, ...]:
    """Return the key that seals, then the older ones that a stored secret needs. Raises SealingNotConfigured."""
    newest = newest_key_id()
    older = [key_id for key_id in key_ids() if key_id != newest and number_sealed_with(key_id)]
    return tuple(KeyMark(key_id, key_mark(key_id)) for key_id in (newest, *older))


def missing_keys(manifest: Manifest) -> list[str]:
    """Return the keys of the backup that this installation lacks."""
    return [key.id for key in manifest.keys if key.id not in key_ids()]


def require_keys(manifest: Manifest) -> None:
    """Raises BackupRefused."""
    if missing := missing_keys(manifest):
        names = ", ".join(missing)
        raise BackupRefused(Refusal.KEY_MISSING, f"This installation lacks the sealing key {names}.", _PUT_THEM_BACK)
    changed_keys = [key.id for key in manifest.keys if key_mark(key.id) != key.mark]
    if changed_keys:
        text = f"The sealing key {', '.join(changed_keys)} here is another than that of the backup."
        raise BackupRefused(Refusal.OTHER_KEY, text, _PUT_THEM_BACK)


def place_of_keys() -> str:
    """Return the place of this installation's keys, in words."""
    files = [settings.DATA_DIR / name for name in (SEALING_KEYS, SECRET_KEY)]
    if all(file.is_file() for file in files):
        return f"{files[0]} and {files[1]}"
    return "TENANTPILOT_SEALING_KEYS and TENANTPILOT_SECRET_KEY"


_PUT_THEM_BACK = f"Put {SEALING_KEYS} and {SECRET_KEY} of the backed up installation into {settings.DATA_DIR}."
