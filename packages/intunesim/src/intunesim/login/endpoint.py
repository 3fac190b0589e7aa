"""The token endpoint: client credentials, by secret or by certificate.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from intunesim.json_types import JsonObject
from intunesim.login import jose, refusals
from intunesim.login.tokens import TokenIssuer
from intunesim.state.tenant import Application, Tenant

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLOCK_SKEW_SECONDS = 300


@dataclass(frozen=True)
class LoginAnswer:
    """Status and body of an answer."""

    status: int
    body: JsonObject


def token_answer(tenant: Tenant, form: Mapping[str, str], issuer: TokenIssuer, *, now: datetime) -> LoginAnswer:
    """Answer a request for a token. Raises SignInRefused."""
    for name in ("grant_type", "client_id"):
        if not form.get(name):
            raise refusals.parameter_missing(name)
    if form["grant_type"] != "client_credentials":
        raise refusals.grant_unsupported(form["grant_type"])
    application = tenant.applications.get(form["client_id"])
    if application is None:
        raise refusals.application_unknown(form["client_id"], tenant.name)
    audience = _audience(form.get("scope", ""))
    _authenticate(application, tenant, form, now=now)
    token = issuer.issue(tenant, application, audience=audience, now=now)
    lifetime = tenant.habits.token_lifetime_seconds
    body = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
    return LoginAnswer(200, body)


def _audience(scope: str) -> str:
    """Return the resource of a scope such as https://graph.microsoft.com/.default."""
    resource = scope.removesuffix("/.default")
    if resource == scope or not resource or " " in scope:
        raise refusals.scope_invalid(scope)
    return resource


def _authenticate(application: Application, tenant: Tenant, form: Mapping[str, str], *, now: datetime) -> None:
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise refusals.parameter_missing("client_assertion_type")
        _check_assertion(application, tenant, form["client_assertion"], now=now)
    elif form.get("client_secret"):
        _check_secret(application, form["client_secret"], now=now)
    else:
        raise refusals.credential_missing()


def _check_secret(application: Application, value: str, *, now: datetime) -> None:
    matching = [secret for secret in application.secrets if secret.value == value]
    if not matching:
        raise refusals.secret_wrong(application.client_id)
    if all(secret.expires_at is not None and secret.expires_at <= now for secret in matching):
        raise refusals.secret_expired(application.client_id)


def _check_assertion(application: Application, tenant: Tenant, text: str, *, now: datetime) -> None:
    try:
        assertion = jose.take_apart(text)
    except jose.BadToken as error:
        raise refusals.assertion_malformed() from error
    key = _registered_key(application, assertion)
    try:
        jose.verify(assertion, key)
    except jose.BadToken as error:
        raise refusals.assertion_signature_wrong() from error
    _check_claims(application, tenant, assertion.claims, now=now)


def _registered_key(application: Application, assertion: jose.SignedToken) -> rsa.RSAPublicKey:
    named = {str(assertion.header[name]).rstrip("=") for name in ("x5t#S256", "x5t") if name in assertion.header}
    for pem in application.certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
        if named & jose.thumbprints(certificate) and isinstance(key, rsa.RSAPublicKey):
            return key
    raise refusals.certificate_unknown(", ".join(sorted(named)))


def _check_claims(application: Application, tenant: Tenant, claims: JsonObject, *, now: datetime) -> None:
    moment = now.timestamp()
    valid_from, valid_to = float(claims.get("nbf", moment)), float(claims.get("exp", 0))
    if not valid_from - CLOCK_SKEW_SECONDS <= moment <= valid_to + CLOCK_SKEW_SECONDS:
        raise refusals.assertion_expired()
    audience = str(claims.get("aud", "")).lower()
    names = (tenant.id.lower(), tenant.domain.lower())
    if not any(f"/{name}/" in audience for name in names):
        raise refusals.assertion_audience_wrong()
    if claims.get("iss") != application.client_id or claims.get("sub") != application.client_id:
        raise refusals.application_unknown(str(claims.get("iss")), tenant.name)
