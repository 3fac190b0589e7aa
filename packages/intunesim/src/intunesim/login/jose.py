"""Signed JSON tokens, as far as client credentials need them."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from intunesim.json_types import JsonObject


class BadToken(Exception):
    """Not a token, or not signed by the expected key."""


@dataclass(frozen=True)
class SignedToken:
    """A token taken apart, not yet verified."""

    header: JsonObject
    claims: JsonObject
    signed: bytes
    signature: bytes


def encode(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the reverse of encode. Raises BadToken."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("not base64") from error


def sign(claims: JsonObject, key: rsa.RSAPrivateKey, key_id: str) -> str:
    """Return a token signed with RS256."""
    header = {"typ": "JWT", "alg": "RS256", "kid": key_id}
    signed = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def take_apart(text: str) -> SignedToken:
    """Read a token without trusting it. Raises BadToken."""
    parts = text.split(".")
    if len(parts) != 3:
        raise BadToken("a token has three parts")
    try:
        header, claims = (json.loads(decode(part)) for part in parts[:2])
    except ValueError as error:
        raise BadToken("not JSON") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise BadToken("not a JSON object")
    return SignedToken(header, claims, f"{parts[0]}.{parts[1]}".encode(), decode(parts[2]))


def verify(token: SignedToken, key: rsa.RSAPublicKey) -> None:
    """Raises BadToken unless the token was signed by the owner of the key, with RS256 or PS256."""
    schemes: dict[str, padding.AsymmetricPadding] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH),
    }
    scheme = schemes.get(str(token.header.get("alg")))
    if scheme is None:
        raise BadToken("unknown algorithm")
    try:
        key.verify(token.signature, token.signed, scheme, hashes.SHA256())
    except InvalidSignature as error:
        raise BadToken("wrong signature") from error


def thumbprints(certificate: x509.Certificate) -> set[str]:
    """Return the thumbprints by which an assertion's header may name a certificate: x5t (SHA-1) and x5t#S256."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    return {encode(hashlib.sha1(der).digest()), encode(hashlib.sha256(der).digest())}  # noqa: S324 - a name, not a proof


def public_jwk(key: rsa.RSAPublicKey, key_id: str) -> JsonObject:
    """Return a public key as discovery publishes it."""
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": key_id,
        "n": encode(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": encode(numbers.e.to_bytes(3, "big")),
    }
