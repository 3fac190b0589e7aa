"""Write refusals as the identity platform does.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from intunesim.json_types import JsonObject


@dataclass
class SignInRefused(Exception):
    """A refusal with its AADSTS code."""

    code: int
    error: str
    text: str
    status: int = 401

    def body(self, *, correlation_id: str, now: datetime) -> JsonObject:
        """Return the JSON that a client sees."""
        stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
        trace_id = str(uuid.uuid4())
        description = (
            f"AADSTS{self.code}: {self.text} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
        )
        return {
            "error": self.error,
            "error_description": re.sub(r" (?=(?:Trace ID|Correlation ID|Timestamp): )", "\r\n", description),
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.code}",
        }


def tenant_unknown(name: str) -> SignInRefused:
    """No such tenant."""
    text = (
        f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return SignInRefused(90002, "invalid_request", text, 400)


def parameter_missing(name: str) -> SignInRefused:
    """Refuse a form that lacks a required field."""
    return SignInRefused(
        900144, "invalid_request", f"The request body must contain the following parameter: '{name}'.", 400
    )


def grant_unsupported(grant: str) -> SignInRefused:
    """Another flow than client credentials."""
    return SignInRefused(
        70003, "unsupported_grant_type", f"The app requested an unsupported grant type '{grant}'.", 400
    )


def application_unknown(client_id: str, tenant: str) -> SignInRefused:
    """The application is not known in this tenant."""
    text = (
        f"Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant."
    )
    return SignInRefused(700016, "unauthorized_client", text, 400)


def scope_invalid(scope: str) -> SignInRefused:
    """Client credentials ask for <resource>/.default and nothing else."""
    text = (
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter "
        f"'scope' is not valid. The scope {scope} is not valid."
    )
    return SignInRefused(70011, "invalid_scope", text, 400)


def credential_missing() -> SignInRefused:
    """Neither a secret nor an assertion."""
    text = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
    return SignInRefused(7000216, "invalid_client", text)


def secret_wrong(client_id: str) -> SignInRefused:
    """The secret is not one of the application's."""
    text = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app "
        f"'{client_id}'."
    )
    return SignInRefused(7000215, "invalid_client", text)


def secret_expired(client_id: str) -> SignInRefused:
    """The secret was right once."""
    text = (
        f"The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys "
        "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
        "https://aka.ms/certCreds."
    )
    return SignInRefused(7000222, "invalid_client", text)


def certificate_unknown(thumbprint: str) -> SignInRefused:
    """Refuse an assertion with a certificate that the application does not have."""
    text = (
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        f"[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']"
    )
    return SignInRefused(700027, "invalid_client", text)


def assertion_signature_wrong() -> SignInRefused:
    """The assertion was not signed by the certificate that it names."""
    text = (
        "Client assertion failed signature validation. "
        "[Reason - The provided signature value did not match the expected signature value.]"
    )
    return SignInRefused(700027, "invalid_client", text)


def assertion_expired() -> SignInRefused:
    """Refuse an assertion whose time is over or has not come."""
    return SignInRefused(700024, "invalid_client", "Client assertion is not within its valid time range.")


def assertion_audience_wrong() -> SignInRefused:
    """The assertion was meant for another tenant or host."""
    return SignInRefused(700023, "invalid_client", "Client assertion audience claim does not match Realm issuer.")


def assertion_malformed() -> SignInRefused:
    """Not an assertion at all."""
    return SignInRefused(50027, "invalid_request", "JWT token is invalid or malformed.", 400)
