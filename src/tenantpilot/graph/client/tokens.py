"""Tokens for Graph, by msal, over our own HTTP client.

msal insists on https and on asking the authority for its endpoints first. Both are met without a
request: the endpoints of Entra are fixed and known, so they are answered here; a token request to the global cloud's
name is sent to the address of the connection, which may be a simulator without TLS.
Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msal

from tenantpilot.graph.client.answers import Answer, as_uuid
from tenantpilot.graph.client.connection import Certificate, ClientSecret, GraphConnection
from tenantpilot.graph.client.retries import Call, RetryPolicy, Stop, never
from tenantpilot.graph.client.send import Request, Sender
from tenantpilot.graph.clock import Clock
from tenantpilot.graph.clouds import GLOBAL
from tenantpilot.graph.errors import Facts, GraphError, GraphResponseUnreadable, GraphSignInFailed

# Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
REASONS: dict[int, str] = {
    7000215: "client_secret_invalid",
    7000222: "client_secret_expired",
    700016: "application_not_found",
    7000112: "application_disabled",
    7000229: "application_not_found",
    90002: "tenant_not_found",
    900023: "tenant_not_found",
    700027: "certificate_invalid",
    700030: "certificate_invalid",
    1000502: "certificate_invalid",
    500014: "subscription_lapsed",
    53003: "conditional_access_blocked",
    5000224: "tenant_blocked",
}
RENEW_BEFORE_SECONDS = 300.0
YOUNG_SECONDS = 60.0


@dataclass(frozen=True)
class Token:
    """A bearer token; its repr does not show it."""

    value: str = field(repr=False)
    renew_at: float
    asked_at: float = 0.0


class TokenCache:
    """The tokens of a process, in memory only; the longest unused is dropped. A changed credential finds none."""

    def __init__(self, most: int = 256) -> None:
        self._tokens: OrderedDict[str, Token] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def get(self, fingerprint: str) -> Token | None:
        with self._lock:
            if fingerprint in self._tokens:
                self._tokens.move_to_end(fingerprint)
            return self._tokens.get(fingerprint)

    def put(self, fingerprint: str, token: Token) -> None:
        with self._lock:
            self._tokens[fingerprint] = token
            while len(self._tokens) > self._most:
                self._tokens.popitem(last=False)

    def drop(self, fingerprint: str, value: str) -> None:
        with self._lock:
            if (held := self._tokens.get(fingerprint)) is not None and held.value == value:
                del self._tokens[fingerprint]


_OF_THIS_PROCESS = TokenCache()


def tokens_of_process() -> TokenCache:
    """Return the tokens that all clients share in this process, when they are given no others."""
    return _OF_THIS_PROCESS


class TokenSource:
    """The token of one connection, shared by all threads that use it."""

    def __init__(
        self,
        connection: GraphConnection,
        sender: Sender,
        *,
        clock: Clock,
        retry_policy: RetryPolicy,
        stop: Stop = never,
        cache: TokenCache | None = None,
    ) -> None:
        self._connection = connection
        self._http = _MsalHttp(connection, sender, lambda: Call(retry_policy, clock, stop))
        self._clock = clock
        self._scopes = [connection.scope]
        self._lock = threading.Lock()
        self._app: msal.ConfidentialClientApplication | None = None
        self._cache = cache or TokenCache(most=1)

    def token(self) -> str:
        """Return a token that is good for a while. Raises GraphSignInFailed, GraphUnavailable, GraphThrottled."""
        with self._lock:
            held = self._cache.get(self._connection.fingerprint)
            if held is None or self._clock.monotonic() >= held.renew_at:
                held = self._acquire()
                self._cache.put(self._connection.fingerprint, held)
            return held.value

    def reject_if_old(self, token: str) -> bool:
        """A permission that was granted after a token was given is not in it. True: the next one may know more."""
        with self._lock:
            held = self._cache.get(self._connection.fingerprint)
            is_current = held is not None and held.value == token
            if held is None or not is_current:
                return True
            is_old = self._clock.monotonic() - held.asked_at > YOUNG_SECONDS
            if is_old:
                self._cache.drop(self._connection.fingerprint, token)
            return is_old

    def reject(self, token: str) -> None:
        """Graph did not take this token: the next one is asked for anew."""
        with self._lock:
            self._cache.drop(self._connection.fingerprint, token)

    def _acquire(self) -> Token:
        asked_at = self._clock.monotonic()
        app = self._application()
        app.remove_tokens_for_client()  # whether a token is still good is decided here, not by msal's cache
        answer = app.acquire_token_for_client(self._scopes)
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise _sign_in_error(answer if isinstance(answer, dict) else {})
        lasts = float(answer.get("expires_in", 0))
        return Token(answer["access_token"], asked_at + lasts - min(RENEW_BEFORE_SECONDS, lasts / 10), asked_at)

    def _application(self) -> msal.ConfidentialClientApplication:
        if self._app is None:
            try:
                self._app = msal.ConfidentialClientApplication(
                    self._connection.client_id,
                    client_credential=_for_msal(self._connection),
                    authority=f"{_authority(self._connection)}/{self._connection.entra_tenant_id}",
                    instance_discovery=False,
                    http_client=self._http,
                )
            except GraphError:
                raise
            except Exception:
                # A key that is no key. Its error may quote it, so it is not chained.
                raise GraphSignInFailed(_unusable(self._connection)) from None
        return self._app


def granted_roles(token: str) -> frozenset[str] | None:
    """Return the application permissions that a token carries; None when it cannot be read.

    Nothing is decided by it but what a page shows: Graph judges every request itself.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return frozenset(str(role) for role in claims.get("roles", ()))
    except (IndexError, ValueError, AttributeError, TypeError):
        return None


def _unusable(connection: GraphConnection) -> str:
    return "certificate_invalid" if isinstance(connection.credential, Certificate) else "sign_in_failed"


def _authority(connection: GraphConnection) -> str:
    return connection.login_url if connection.login_url.startswith("https://") else GLOBAL.login_url


def _for_msal(connection: GraphConnection) -> Any:
    credential = connection.credential
    if isinstance(credential, ClientSecret):
        return credential.value
    return {
        "private_key": credential.private_key_pem,
        "public_certificate": credential.public_pem,
        "passphrase": credential.passphrase or None,
    }


def _sign_in_error(answer: Mapping[str, Any]) -> GraphSignInFailed:
    codes = [code for code in answer.get("error_codes") or [] if isinstance(code, int)]
    reason = next((REASONS[code] for code in codes if code in REASONS), "sign_in_failed")
    facts = Facts(
        request_id=as_uuid(answer.get("trace_id")),
        client_request_id=as_uuid(answer.get("correlation_id")),
        explanation=str(answer.get("error_description") or "").split("\r\n")[0][:600],
    )
    return GraphSignInFailed(reason, aadsts=f"AADSTS{codes[0]}" if codes else "", facts=facts)


class _MsalResponse:
    """The shape in which msal wants an answer."""

    def __init__(self, status_code: int, text: str, headers: Mapping[str, str]) -> None:
        self.status_code = status_code
        self.text = text
        self.headers = headers

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise GraphSignInFailed


class _MsalHttp:
    """msal's way out: our hosts, our deadlines, our retries; its errors are ours and pass through msal."""

    def __init__(self, connection: GraphConnection, sender: Sender, new_call: Callable[[], Call]) -> None:
        self._connection = connection
        self._sender = sender
        self._new_call = new_call

    def get(self, url: str, **_kwargs: Any) -> _MsalResponse:
        """Return the authority's endpoints; they follow from its name."""
        base = f"{_authority(self._connection)}/{self._connection.entra_tenant_id}"
        if not url.startswith(f"{base}/v2.0/.well-known/openid-configuration"):
            raise GraphSignInFailed
        endpoints = {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }
        return _MsalResponse(200, json.dumps(endpoints), {})

    def post(
        self,
        url: str,
        *,
        data: Mapping[str, str | bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _MsalResponse:
        """Ask for a token, waiting out a throttled or failing Entra."""
        own_url = self._connection.login_url + url.removeprefix(_authority(self._connection))
        request = Request("POST", own_url, form=_as_texts(data or {}), headers=dict(headers or {}))
        call = self._new_call()
        while True:
            try:
                return _for_msal_to_read(self._attempt(request, call))
            except GraphError as error:
                call.sleep(call.delay_after(error))

    def close(self) -> None:
        """The sender is closed by its owner."""

    def _attempt(self, request: Request, call: Call) -> Answer:
        answer = self._sender.send(request, seconds=call.attempt_seconds())
        if answer.status in (407, 429) or answer.status >= 500 or (answer.is_foreign and answer.status >= 400):
            answer.raise_for_error(now=call.clock.now())
        if answer.body is None:
            # msal would log the text of it.
            raise GraphResponseUnreadable(facts=Facts(status=answer.status))
        return answer


def _as_texts(form: Mapping[str, str | bytes]) -> dict[str, str]:
    """msal gives an assertion as bytes."""
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in form.items()}


def _for_msal_to_read(answer: Answer) -> _MsalResponse:
    return _MsalResponse(answer.status, json.dumps(answer.body), {})
