"""The data folder and the two keys in it."""

import errno
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenantpilot.cli.problems import disk_full, folder_not_writable
from tenantpilot.tenancy.sealing import new_key

SECRET_KEY, SEALING_KEYS = "secret.key", "sealing.keys"


def prepare_data_folder(folder: Path) -> list[str]:
    """Make the folder and what is missing in it, for this user alone; answers what was made.

    Raises Problem if it cannot be written.
    """
    with _saying_what_is_wrong_with(folder):
        created_paths = [] if folder.is_dir() else [str(folder)]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_something(folder)
        return [*created_paths, *(name for name, text in _keys().items() if write_once(folder / name, text))]


def require_writable(folder: Path) -> None:
    """Raises Problem."""
    with _saying_what_is_wrong_with(folder):
        _write_something(folder)


def _write_something(folder: Path) -> None:
    """Rights, read-only mounts and full disks look alike to `os.access`, so it is tried."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".write-test-") as probe:
        probe.write(b"x" * 4096)
        probe.flush()
        os.fsync(probe.fileno())


@contextmanager
def _saying_what_is_wrong_with(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise disk_full(folder) if full else folder_not_writable(folder, error.strerror) from error


def write_once(path: Path, text: str) -> bool:
    """Write a secret file that only this user may read; an existing one is left as it is. All of it, or no file."""
    complete_file = _written_beside(path, text)
    try:
        os.link(complete_file, path)
    except FileExistsError:
        return False
    finally:
        complete_file.unlink()
    return True


def replace_secret_file(path: Path, text: str) -> None:
    """Replace it as a whole or not at all, even if the power fails."""
    _written_beside(path, text).replace(path)


def new_sealing_key() -> str:
    """Return a line for the key file, under a name that no key had before."""
    return new_key(f"k{secrets.token_hex(4)}")


def _written_beside(path: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _keys() -> dict[str, str]:
    return {SECRET_KEY: secrets.token_urlsafe(64), SEALING_KEYS: new_sealing_key()}
