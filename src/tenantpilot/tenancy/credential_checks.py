"""Refuse a credential that cannot sign in, before it is kept: pages and commands ask the same questions."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tenantpilot.core.errors import TenantPilotError

LEAST_BITS = 2048
_GUID = re.compile(r"\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?", re.IGNORECASE)
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_ENCRYPTED = ("BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED")


class CredentialRefused(TenantPilotError):
    """It cannot sign in. `about` names the part that is wrong: client_id, secret, certificate or expires_on."""

    def __init__(self, about: str, text: str) -> None:
        super().__init__(text)
        self.about = about


@dataclass(frozen=True)
class CheckedCredential:
    """A credential that may work: its form is right, its parts belong together, and it has not expired."""

    secret: str = field(repr=False)
    expires_at: datetime | None


def check_secret(secret: str, *, client_id: UUID, expires_at: datetime | None, now: datetime) -> CheckedCredential:
    """Raises CredentialRefused."""
    value = secret.strip()
    if not value:
        raise CredentialRefused("secret", "The client secret is empty.")
    if _GUID.fullmatch(value):
        is_client = value.strip("{}").lower() == str(client_id)
        which = "the application's id" if is_client else "the id of the secret"
        raise CredentialRefused("secret", f"This is {which}, not the value, which Entra shows once. Make a new secret.")
    if expires_at is not None and expires_at <= now:
        raise CredentialRefused("expires_on", "This day is past. Make a new secret, or correct the day.")
    return CheckedCredential(value, expires_at)


def check_certificate(pem: str, *, now: datetime) -> CheckedCredential:
    """A certificate says itself when it expires. Raises CredentialRefused."""
    certificate = _certificate(pem)
    key = _private_key(pem)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CredentialRefused(
            "certificate", "The key is no RSA key, and Entra accepts no other. Make another certificate."
        )
    if key.key_size < LEAST_BITS:
        raise CredentialRefused("certificate", f"The key has {key.key_size} bits. At least {LEAST_BITS} are needed.")
    if certificate.public_key() != key.public_key():
        raise CredentialRefused("certificate", "The private key does not belong to this certificate.")
    if certificate.not_valid_after_utc <= now:
        raise CredentialRefused(
            "certificate", f"The certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}. Make a new one."
        )
    if certificate.not_valid_before_utc > now:
        start = certificate.not_valid_before_utc
        raise CredentialRefused("certificate", f"The certificate is not valid before {start:%Y-%m-%d %H:%M} UTC.")
    return CheckedCredential(pem, certificate.not_valid_after_utc)


def _certificate(pem: str) -> x509.Certificate:
    if _CERTIFICATE not in pem:
        raise CredentialRefused(
            "certificate", "There is no certificate in it. Paste the certificate and its private key."
        )
    try:
        return x509.load_pem_x509_certificate(pem[pem.index(_CERTIFICATE) :].encode())
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialRefused("certificate", "The certificate cannot be read. Export it again as PEM.") from None


def _private_key(pem: str) -> object:
    if any(mark in pem for mark in _ENCRYPTED):
        raise CredentialRefused(
            "certificate", "The private key is locked by a passphrase. Export it without: it is sealed here at rest."
        )
    start = re.search(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----", pem)
    if start is None:
        raise CredentialRefused(
            "certificate", "There is no private key in it. Paste the certificate and its private key."
        )
    try:
        return serialization.load_pem_private_key(pem[start.start() :].encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CredentialRefused("certificate", "The private key cannot be read. Export it again as PEM.") from None
