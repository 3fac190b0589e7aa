"""Encryption with age (https://age-encryption.org/v1): to recipients as a stream, or with a passphrase in one piece."""

import io
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, Full, Queue, SimpleQueue
from threading import Thread
from typing import IO, Any

import pyrage

from tenantpilot.artifacts.archives import Sink
from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.core.errors import TenantPilotError

LEAST_PASSPHRASE = 20
LONGEST_PASSPHRASE = 1_000
MOST_RECIPIENTS = 20
HEADER = b"age-encryption.org/v1\n"
IDENTITY = "AGE-SECRET-KEY-1"
# age takes a passphrase for a whole text, which is held in memory.
MOST_BYTES_WITH_PASSPHRASE = 256 << 20
# What is decrypted is held in memory up to this size, then in a file that has no name.
IN_MEMORY = 16 << 20
MOST_BYTES = 2 << 30
WRONG_KEY = ("No matching keys found", "Decryption failed")


class KeyRefused(TenantPilotError):
    """The text is no key for an archive; the message says what one looks like."""


def require_recipients(texts: Sequence[str]) -> None:
    """Raises KeyRefused."""
    if len(texts) > MOST_RECIPIENTS:
        raise KeyRefused(f"There are more than {MOST_RECIPIENTS} recipients.")
    for text in texts:
        _recipient(text)


def require_passphrase(text: str) -> None:
    """Raises KeyRefused."""
    if not LEAST_PASSPHRASE <= len(text) <= LONGEST_PASSPHRASE:
        raise KeyRefused(f"A passphrase has at least {LEAST_PASSPHRASE} characters.")


class EncryptionEnded(TenantPilotError):
    """The thread that encrypts ended before all was written."""


class EncryptingSink:
    """Encrypts to recipients what is written, in a thread of its own, and hands it on in the caller's.

    `finish` must be called at the end, `abandon` where there is none. It holds some chunks in memory.
    """

    def __init__(self, target: Sink, recipients: Sequence[str]) -> None:
        self._target, self._recipients = target, [_recipient(text) for text in recipients]
        self._plain, self._sealed = Queue[bytes](maxsize=4), SimpleQueue[bytes]()
        self._error: Exception | None = None
        self._thread = Thread(target=self._encrypt, name="age", daemon=True)
        self._thread.start()

    def write(self, data: bytes, /) -> int:
        if data:
            self._put(bytes(data))
        self._hand_on()
        return len(data)

    def flush(self) -> None:
        """Nothing: age decides when a block is full."""

    def close(self) -> None:
        """Nothing: `finish` is the end."""

    def finish(self) -> None:
        """Write the last block."""
        self._put(b"")
        self._thread.join()
        if self._error is not None:
            raise self._error
        self._hand_on()

    def abandon(self) -> None:
        """Let the thread end; what it wrote is of no use."""
        while self._thread.is_alive():
            with suppress(Full):
                self._plain.put(b"", timeout=0.1)
            self._thread.join(0.1)

    def _put(self, data: bytes) -> None:
        while True:
            if not self._thread.is_alive():
                raise self._error or EncryptionEnded
            try:
                self._plain.put(data, timeout=1)
                return
            except Full:
                self._hand_on()

    def _hand_on(self) -> None:
        while True:
            try:
                self._target.write(self._sealed.get_nowait())
            except Empty:
                return

    def _encrypt(self) -> None:
        try:
            pyrage.encrypt_io(_Reader(self._plain), _Writer(self._sealed), self._recipients)
        except Exception as error:  # handed to the thread that writes
            self._error = error


class PassphraseSink:
    """Keeps what is written, and encrypts it with a passphrase at the end."""

    def __init__(self, target: Sink, passphrase: str) -> None:
        self._target, self._passphrase, self._plain = target, passphrase, io.BytesIO()

    def write(self, data: bytes, /) -> int:
        if self._plain.tell() + len(data) > MOST_BYTES_WITH_PASSPHRASE:
            raise ArchiveRefused("too_large_for_passphrase")
        return self._plain.write(data)

    def flush(self) -> None:
        """Nothing is handed on before the end."""

    def close(self) -> None:
        """Nothing: `finish` is the end."""

    def finish(self) -> None:
        self._target.write(pyrage.passphrase.encrypt(self._plain.getvalue(), self._passphrase))

    def abandon(self) -> None:
        self._plain.close()


def decrypted(file: IO[bytes], key: str) -> IO[bytes]:
    """Return the decrypted archive as a file that is gone when it is closed. Raises ArchiveRefused."""
    if file.read(len(HEADER)) != HEADER:
        raise ArchiveRefused("not_a_set_archive")
    file.seek(0)
    plain = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the caller closes it
    try:
        _decrypt(file, key, plain)
    except BaseException:
        plain.close()
        raise
    plain.seek(0)
    return plain


def _decrypt(file: IO[bytes], key: str, plain: Any) -> None:
    try:
        if key.startswith(IDENTITY):
            pyrage.decrypt_io(file, _Limited(plain), [pyrage.x25519.Identity.from_str(key)])
        else:
            plain.write(pyrage.passphrase.decrypt(_whole(file), key))
    except pyrage.IdentityError as error:
        raise ArchiveRefused("wrong_key") from error
    except pyrage.DecryptError as error:
        raise ArchiveRefused("wrong_key" if str(error) in WRONG_KEY else "archive_truncated") from error
    except _TooLarge as error:
        raise ArchiveRefused("not_a_set_archive") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise ArchiveRefused("archive_truncated") from error


def _whole(file: IO[bytes]) -> bytes:
    content = file.read(MOST_BYTES_WITH_PASSPHRASE + 1)
    if len(content) > MOST_BYTES_WITH_PASSPHRASE:
        raise ArchiveRefused("not_a_set_archive")
    return content


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise KeyRefused("A recipient looks like age1…, as age-keygen prints it. One of them does not.") from None


class _TooLarge(Exception):
    """More was decrypted than any archive holds."""


class _Limited:
    """Hands on what is written, up to a limit."""

    def __init__(self, target: Any) -> None:
        self._target, self._left = target, MOST_BYTES

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise _TooLarge
        return int(self._target.write(data))

    def flush(self) -> None:
        """The file is flushed when it is read."""


class _Reader:
    """The plain bytes as a file; an empty piece is its end."""

    def __init__(self, pieces: "Queue[bytes]") -> None:
        self._pieces, self._rest, self._is_over = pieces, b"", False

    def read(self, size: int = -1) -> bytes:
        if not self._rest and not self._is_over:
            self._rest = self._pieces.get()
            self._is_over = not self._rest
        piece, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return piece


class _Writer:
    """Keeps the encrypted bytes until the other thread takes them."""

    def __init__(self, pieces: "SimpleQueue[bytes]") -> None:
        self._pieces = pieces

    def write(self, data: bytes) -> int:
        self._pieces.put(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: each piece is handed on as it is written."""
