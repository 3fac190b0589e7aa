"""Secrets at rest: AES-256-GCM bound to the row they belong to.

The associated data names workspace, tenant and field, so a ciphertext copied to another row does
not open (RELIABILITY section 5). Keys live outside the database; each sealed value names its key,
and any number of keys can be live at once: the first seals, all open.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tenantpilot.core.errors import ReasonedError, TenantPilotError

NONCE_BYTES = 12
KEY_BYTES = 32
SEAL_BYTES = NONCE_BYTES + 16
"""A sealed value is so much longer than what was sealed."""
_FINGERPRINTS = b"tenantpilot: fingerprints of secrets"
_MARKS = b"tenantpilot: marks of keys"
_SIGNATURES = b"tenantpilot: signatures of files"


class SealingNotConfigured(TenantPilotError):
    """There is no key, or one that cannot be read."""


class CannotOpen(ReasonedError):
    """The key is missing, or the value belongs to another row, or it was changed."""

    reason_code = "credential_unreadable"


@dataclass(frozen=True)
class Sealed:
    key_id: str
    value: bytes


def new_key(key_id: str) -> str:
    """Return a line for the key file."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def seal(plain: str, *, belongs_to: str) -> Sealed:
    """`belongs_to` must be given again, the same, to open it. Raises SealingNotConfigured."""
    return seal_bytes(plain.encode(), belongs_to=belongs_to, key_id=newest_key_id())


def seal_bytes(plain: bytes, *, belongs_to: str, key_id: str) -> Sealed:
    """Seal with this key. Raises CannotOpen if it is gone."""
    nonce = os.urandom(NONCE_BYTES)
    return Sealed(key_id, nonce + AESGCM(_key(key_id)).encrypt(nonce, plain, belongs_to.encode()))


def unseal(sealed: Sealed, *, belongs_to: str) -> str:
    """Raises CannotOpen."""
    try:
        return unseal_bytes(sealed, belongs_to=belongs_to).decode()
    except UnicodeDecodeError as error:
        raise CannotOpen("the value is no text") from error


def unseal_bytes(sealed: Sealed, *, belongs_to: str) -> bytes:
    """Raises CannotOpen."""
    nonce, box = sealed.value[:NONCE_BYTES], sealed.value[NONCE_BYTES:]
    try:
        return AESGCM(_key(sealed.key_id)).decrypt(nonce, box, belongs_to.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("the value does not belong here or was changed") from error


def sealed_anew(sealed: Sealed, *, belongs_to: str) -> Sealed:
    """Seal the same with the newest key. Raises CannotOpen, SealingNotConfigured."""
    return seal_bytes(unseal_bytes(sealed, belongs_to=belongs_to), belongs_to=belongs_to, key_id=newest_key_id())


def fingerprint(plain: str, *, belongs_to: str, key_id: str) -> str:
    """Return the same for the same value in the same place, worth nothing without the key. Raises CannotOpen."""
    message = f"{belongs_to}\0{plain}".encode("utf-8", "surrogatepass")
    return hmac.new(_derived(key_id, _FINGERPRINTS), message, hashlib.sha256).hexdigest()


def signature(message: bytes, *, key_id: str) -> str:
    """Return the seal that only a holder of the key can make for these bytes. Raises CannotOpen."""
    return hmac.new(_derived(key_id, _SIGNATURES), message, hashlib.sha256).hexdigest()


def key_mark(key_id: str) -> str:
    """Return a text that tells the key from another of the same name, and opens nothing. Raises CannotOpen."""
    return _derived(key_id, _MARKS).hex()[:16]


def key_ids() -> list[str]:
    """Return the names of all keys, the one that seals first."""
    return list(_keys())


def newest_key_id() -> str:
    """Return the key that seals. Raises SealingNotConfigured."""
    key_id = next(iter(_keys()), None)
    if key_id is None:
        raise SealingNotConfigured("There is no sealing key. `tenantpilot setup` makes one.")
    return key_id


def _derived(key_id: str, purpose: bytes) -> bytes:
    return hmac.new(_key(key_id), purpose, hashlib.sha256).digest()


def _key(key_id: str) -> bytes:
    key = _keys().get(key_id)
    if key is None:
        raise CannotOpen(f"no key {key_id!r}")
    return key


def _keys() -> dict[str, bytes]:
    """Read anew each time: settings may change in tests, and it costs microseconds."""
    return dict(_parsed(line) for line in settings.SEALING_KEYS)


def _parsed(line: str) -> tuple[str, bytes]:
    key_id, _colon, encoded = line.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not key_id or len(key) != KEY_BYTES:
        raise SealingNotConfigured("A sealing key is written as id:base64 of 32 bytes.")
    return key_id, key
