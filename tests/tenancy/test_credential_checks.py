"""A credential that cannot sign in is refused before it is kept, with the reason; pages and commands ask the same."""

from datetime import timedelta
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy.credential_checks import CredentialRefused
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.models import TenantCredential

CLIENT = UUID("22222222-2222-4222-8222-222222222222")
RSA, OTHER, EC = (
    rsa.generate_private_key(65537, 2048),
    rsa.generate_private_key(65537, 2048),
    ec.generate_private_key(ec.SECP256R1()),
)


def certificate(key, *, days: int = 30, starts: int = -1) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = timezone.now()
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=starts))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def pem(key, passphrase: bytes = b"", form=serialization.PrivateFormat.PKCS8) -> str:
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode()


@pytest.fixture
def store(contoso):
    def keep(kind: str, secret: str, expires_in: int | None = None):
        now = timezone.now()
        expires_at = None if expires_in is None else now + timedelta(days=expires_in)
        return store_credential(
            tenant=contoso, kind=kind, client_id=CLIENT, secret=secret, expires_at=expires_at, actor=None, now=now
        )

    return keep


GOOD = certificate(RSA)
SMALL = rsa.generate_private_key(65537, 1024)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (certificate(EC) + pem(EC), "no RSA key"),
        (GOOD + pem(EC), "no RSA key"),
        (GOOD + pem(OTHER), "does not belong"),
        (GOOD + pem(RSA, b"x"), "passphrase"),
        (GOOD + pem(RSA, b"x", serialization.PrivateFormat.TraditionalOpenSSL), "passphrase"),
        (certificate(RSA, days=0) + pem(RSA), "expired on"),
        (certificate(RSA, starts=2) + pem(RSA), "not valid before"),
        (certificate(SMALL) + pem(SMALL), "1024 bits"),
        (GOOD, "no private key"),
        (pem(RSA), "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n" + pem(RSA), "cannot be read"),
        (GOOD + "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----", "cannot be read"),
    ],
)
def test_a_certificate_that_cannot_sign_in_is_refused(store, text, says):
    with pytest.raises(CredentialRefused, match=says) as refused:
        store("certificate", text)
    assert refused.value.about == "certificate"
    assert not TenantCredential.everywhere.exists()
    assert not AuditLog.objects.filter(action="tenant.credential_changed").exists()


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("key_comes_first", [True, False])
def test_a_certificate_says_itself_when_it_expires(store, form, key_comes_first):
    parts = [pem(RSA, form=form), "Bag Attributes\n" + GOOD]
    kept = store("certificate", "\n".join(parts if key_comes_first else parts[::-1]), expires_in=-9)
    assert kept.expires_at == x509.load_pem_x509_certificate(GOOD.encode()).not_valid_after_utc


@pytest.mark.parametrize(
    ("secret", "expires_in", "about", "says"),
    [
        ("22222222-2222-4222-8222-222222222223", None, "secret", "the id of the secret"),
        (str(CLIENT), None, "secret", "the application's id"),
        ("  22222222222242228222222222222223 ", None, "secret", "the id of the secret"),
        ("  ", None, "secret", "empty"),
        ("abc", -1, "expires_on", "past"),
    ],
)
def test_a_secret_that_cannot_sign_in_is_refused(store, secret, expires_in, about, says):
    with pytest.raises(CredentialRefused, match=says) as refused:
        store("secret", secret, expires_in)
    assert refused.value.about == about
    assert not TenantCredential.everywhere.exists()


def test_the_entry_has_before_and_after_and_no_secret(store):
    store("secret", "first~value")
    store("secret", "second~value", expires_in=90)
    entry = AuditLog.objects.filter(action="tenant.credential_changed").last()
    assert (entry.before["version"], entry.after["version"]) == (1, 2)
    assert "expires_at" in entry.after
    assert "value" not in f"{entry.before}{entry.after}"
