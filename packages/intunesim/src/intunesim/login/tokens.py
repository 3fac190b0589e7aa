"""Access tokens: issued for one application in one tenant, and read again on every call."""

import functools
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from intunesim.errors import invalid_token
from intunesim.json_types import JsonObject
from intunesim.login import jose
from intunesim.state.tenant import Application, Tenant, named_id

KEY_ID = "simulated-signing-key"


@functools.cache
def process_key() -> rsa.RSAPrivateKey:
    """Return one signing key per process, made when it is first needed."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Caller:
    """The caller: an application in a tenant, with the roles it had when its token was issued."""

    tenant_id: str
    client_id: str
    roles: frozenset[str]
    audience: str = ""
    """The resource that the token is for."""


class TokenIssuer:
    """Signs access tokens and recognizes its own."""

    def __init__(self, key: rsa.RSAPrivateKey | None = None) -> None:
        self._given_key = key
        self._known: dict[str, JsonObject] = {}

    @property
    def _key(self) -> rsa.RSAPrivateKey:
        return self._given_key or process_key()

    def issue(self, tenant: Tenant, application: Application, *, audience: str, now: datetime) -> str:
        """Return a token that is valid for the tenant's token lifetime."""
        claims: JsonObject = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{tenant.id}/",
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(now.timestamp()) + tenant.habits.token_lifetime_seconds,
            "app_displayname": application.name,
            "appid": application.client_id,
            "idtyp": "app",
            "oid": named_id(tenant.id, "service-principal", application.client_id),
            "roles": sorted(application.roles),
            "tid": tenant.id,
            "ver": "1.0",
        }
        token = jose.sign(claims, self._key, KEY_ID)
        self._known[token] = claims
        return token

    def read(self, authorization: str | None, *, now: datetime) -> Caller:
        """Return the caller that sent this Authorization header. Raises 401."""
        if not authorization:
            raise invalid_token("Access token is empty.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise invalid_token("CompactToken parsing failed with error code: 80049217")
        claims = self._claims(token)
        if now.timestamp() >= claims.get("exp", 0):
            raise invalid_token("Lifetime validation failed, the token is expired.")
        return Caller(claims["tid"], claims["appid"], frozenset(claims.get("roles", ())), str(claims.get("aud")))

    def keys(self) -> JsonObject:
        """Return the public keys, as discovery publishes them."""
        return {"keys": [jose.public_jwk(self._key.public_key(), KEY_ID)]}

    def _claims(self, token: str) -> JsonObject:
        if token not in self._known:
            try:
                parsed = jose.take_apart(token)
                jose.verify(parsed, self._key.public_key())
            except jose.BadToken as error:
                raise invalid_token(f"IDX14100: JWT is not well formed or not trusted: {error}.") from error
            self._known[token] = parsed.claims
        return self._known[token]
