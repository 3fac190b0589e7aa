"""The settings, the data folder, the program itself."""

import shutil
import stat
from pathlib import Path

from django.conf import settings
from django.core import checks

from tenantpilot.cli.checks.finding import NotLookedAt
from tenantpilot.cli.install import SEALING_KEYS, SECRET_KEY, require_writable
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.readiness import require_pages, require_secret_key, uses_sqlite
from tenantpilot.tenancy.sealing import newest_key_id

LEAST_FREE_BYTES = 500 * 1024 * 1024
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph"}
MOUNTS = Path("/proc/mounts")


def settings_are_sound() -> str:
    """Raises Problem."""
    require_secret_key()
    newest_key_id()
    errors = [message for message in checks.run_checks() if message.is_serious()]
    if errors:
        raise Problem(f"{len(errors)} settings are wrong: {errors[0].msg}", errors[0].hint or "Correct it.")
    return f"secret key, {len(settings.SEALING_KEYS)} sealing keys, hosts {', '.join(settings.ALLOWED_HOSTS)}"


def data_folder_is_writable() -> str:
    """Raises Problem, OSError."""
    require_writable(settings.DATA_DIR)
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LEAST_FREE_BYTES:
        raise Problem(f"Only {free // 2**20} MB are free in {settings.DATA_DIR}.", "Free some space.")
    return f"{settings.DATA_DIR}, {free // 2**20:,} MB free"


def keys_are_private() -> str:
    """Raises Problem, NotLookedAt."""
    files = [settings.DATA_DIR / name for name in (SECRET_KEY, SEALING_KEYS)]
    for file in files:
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise Problem(f"Others may read {file}.", f"Run: chmod 600 {file}")
    if held := [file.name for file in files if file.exists()]:
        return ", ".join(held)
    if settings.KEYS_ARE_IN_ENVIRONMENT:
        return "held in the environment"
    raise NotLookedAt("not checked: there are no keys yet")


def data_lies_on_a_local_disk() -> str:
    """SQLite's locks do not hold over a network. Raises Problem, NotLookedAt."""
    if not uses_sqlite():
        raise NotLookedAt("not needed with PostgreSQL")
    file_system = _file_system_of(Path(settings.DATABASES["default"]["NAME"]).parent)
    if file_system in NETWORK_FILE_SYSTEMS:
        raise Problem(
            f"The database lies on {file_system}, a network file system.", "Move the data folder to a local disk."
        )
    if not file_system:
        raise NotLookedAt("not checked: this system does not say on which file system the database lies")
    return file_system


def pages_are_built() -> str:
    """Raises Problem."""
    require_pages()
    return "styles and scripts are there"


def _file_system_of(folder: Path) -> str:
    """Return the kind of the mount with the longest path above the folder; empty where the system does not tell."""
    if not MOUNTS.exists():
        return ""
    mounts = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    above = [(len(point), file_system) for point, file_system in mounts if folder.is_relative_to(point)]
    return max(above)[1] if above else ""
