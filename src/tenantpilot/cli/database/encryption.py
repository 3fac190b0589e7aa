"""Encryption of database backups with age: only who holds an identity reads such a file."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import pyrage
from django.conf import settings

from tenantpilot.backups.portable.encrypting import (
    HEADER,
    IDENTITY,
    WRONG_KEY,
    EncryptingSink,
    KeyRefused,
    require_recipients,
)
from tenantpilot.cli.database.refusals import BackupRefused, Refusal


def require_good_recipients(recipients: Sequence[str]) -> None:
    """Raises BackupRefused."""
    try:
        require_recipients(recipients)
    except KeyRefused as refused:
        advice = "Make a pair with age-keygen -o key.txt, and name its public half."
        raise BackupRefused(Refusal.BAD_RECIPIENT, str(refused), advice) from None


@contextmanager
def encrypting(file: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Yield where to write; what is written goes encrypted into the file. Without recipients it is the file itself."""
    if not recipients:
        yield file
        return
    sink = EncryptingSink(file, recipients)
    try:
        yield cast("IO[bytes]", sink)
        sink.finish()
    except BaseException:
        sink.abandon()
        raise


@contextmanager
def plain(path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """Open the backup, decrypted where it is encrypted: into a file without a name. Raises BackupRefused, OSError."""
    with path.open("rb") as file:
        is_encrypted = file.read(len(HEADER)) == HEADER
        file.seek(0)
        if not is_encrypted:
            yield file
            return
        if identity is None:
            text, advice = f"{path} is encrypted with age.", "Name the file of its identity: --identity key.txt"
            raise BackupRefused(Refusal.ENCRYPTED, text, advice)
        with tempfile.TemporaryFile(dir=_place()) as content:
            _decrypt(file, path, content, _identities(identity))
            content.seek(0)
            yield content


def _decrypt(file: IO[bytes], path: Path, content: Any, identities: Sequence[Any]) -> None:
    try:
        pyrage.decrypt_io(file, content, identities)
    except pyrage.DecryptError as error:
        if str(error) in WRONG_KEY:
            text = f"The identity does not open {path}."
            raise BackupRefused(Refusal.WRONG_KEY, text, "Name the file of another identity.") from None
        raise _incomplete(path) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise _incomplete(path) from None


def _incomplete(path: Path) -> BackupRefused:
    return BackupRefused(Refusal.TRUNCATED, f"{path} is cut, or was changed.", "Copy it again, or take another backup.")


def _identities(file: Path) -> list[Any]:
    """Return the identities of a file as age-keygen writes it. Raises BackupRefused, OSError."""
    lines = (line.strip() for line in file.read_text(errors="replace").splitlines())
    try:
        identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith(IDENTITY)]
    except pyrage.IdentityError:
        identities = []
    if not identities:
        text = f"{file} holds no identity of age."
        raise BackupRefused(Refusal.WRONG_KEY, text, f"An identity is a line that begins with {IDENTITY}.")
    return identities


def _place() -> Path | None:
    """Return the folder of this installation, whose disk holds the database anyway; elsewhere that of the system."""
    return settings.DATA_DIR if settings.DATA_DIR.is_dir() else None
