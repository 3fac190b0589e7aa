"""Turn a response into a JSON object, or into a typed error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from tenantpilot.graph.client.retries import date_of, retry_after_seconds
from tenantpilot.graph.errors import (
    Facts,
    GraphApprovalPending,
    GraphApprovalRequired,
    GraphConflict,
    GraphError,
    GraphForbidden,
    GraphGatewayFailed,
    GraphIntercepted,
    GraphInternalError,
    GraphNotFound,
    GraphNotLicensed,
    GraphProxyRefused,
    GraphRejected,
    GraphResponseUnreadable,
    GraphResyncRequired,
    GraphThrottled,
    GraphTokenRejected,
    GraphUnavailable,
)

JsonObject = dict[str, Any]

EXPLANATION_LENGTH = 600

# Codes that may be stored. Whatever else stands there may be anything.
# Source: https://learn.microsoft.com/graph/errors
KNOWN_CODES = frozenset(
    [
        "accessDenied",
        "activityLimitReached",
        "AccessDenied",
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Authorization_IdentityNotFound",
        "Authorization_RequestDenied",
        "BadGateway",
        "BadRequest",
        "Conflict",
        "Directory_ExpiredPageToken",
        "Directory_ObjectNotFound",
        "Directory_QuotaExceeded",
        "Directory_ResultSizeLimitExceeded",
        "ErrorAccessDenied",
        "ExpiredPageToken",
        "Forbidden",
        "GatewayTimeout",
        "Gone",
        "InternalServerError",
        "InvalidAuthenticationToken",
        "InvalidRequest",
        "ItemNotFound",
        "MethodNotAllowed",
        "ModelValidationFailure",
        "NotAcceptable",
        "NotFound",
        "NotImplemented",
        "NotSupported",
        "OperationNotSupported",
        "PreconditionFailed",
        "Request_BadRequest",
        "Request_MultipleObjectsWithSameKeyValue",
        "Request_ResourceNotFound",
        "Request_UnsupportedQuery",
        "ResourceModified",
        "ResourceNotFound",
        "ServiceUnavailable",
        "ServiceNotAvailable",
        "TooManyRequests",
        "Unauthorized",
        "UnknownError",
        "Unknown",
        "UnprocessableEntity",
        "badRequest",
        "conflict",
        "generalException",
        "invalidRequest",
        "itemNotFound",
        "nameAlreadyExists",
        "notAllowed",
        "notSupported",
        "quotaLimitReached",
        "resourceModified",
        "resyncRequired",
        "serviceNotAvailable",
        "serviceReadOnly",
        "syncStateNotFound",
        "unauthenticated",
    ]
)

APPROVAL_ASKED_FOR = re.compile(r"x-msft-approval-justification|multi admin approval", re.IGNORECASE)
APPROVAL_ASKED_BEFORE = re.compile(r"approval request already exists", re.IGNORECASE)

# Intune and Entra have no code of its own for what a tenant has not bought, or one that says it by itself.
NOT_LICENSED = re.compile(r"request not applicable to target tenant", re.IGNORECASE)
NOT_LICENSED_CODES = ("Authentication_RequestFromNonPremiumTenantOrB2CTenant",)

BEGIN_AGAIN = ("syncStateNotFound", "resyncRequired")

BY_STATUS: dict[int, type[GraphError]] = {
    401: GraphTokenRejected,
    403: GraphForbidden,
    404: GraphNotFound,
    408: GraphUnavailable,
    409: GraphConflict,
    410: GraphResyncRequired,
    412: GraphConflict,
    423: GraphConflict,
    424: GraphUnavailable,
    429: GraphThrottled,
    500: GraphInternalError,
    501: GraphRejected,
    509: GraphThrottled,
}
WAITED_OUT = (408, 429, 509)
"""Whoever asks to wait is waited for."""


@dataclass(frozen=True)
class Answer:
    """A complete response, be it of a request or of a part of a batch."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: JsonObject | None
    client_request_id: str = ""
    is_foreign: bool = False
    """Whether an error is in words that are not Graph's: something on the way gave it."""

    def json(self) -> JsonObject:
        """Return the object. Raises GraphResponseUnreadable when there is none."""
        if self.body is None:
            raise GraphResponseUnreadable(facts=self._facts())
        return self.body

    def raise_for_error(self, *, now: datetime) -> None:
        """Raises the error that the status stands for."""
        if self.status < 400:
            return
        facts = self._error_facts(now)
        if approval := self._approval(facts):
            raise approval
        raise self._kind(facts)(facts=facts)

    def _kind(self, facts: Facts) -> type[GraphError]:
        if self.status == 407:
            return GraphProxyRefused
        if self.is_foreign and self.status not in WAITED_OUT:
            return GraphGatewayFailed if self.status >= 500 else GraphIntercepted
        if facts.code in BEGIN_AGAIN:
            return GraphResyncRequired
        if facts.code in NOT_LICENSED_CODES or (self.status < 500 and NOT_LICENSED.search(facts.explanation)):
            return GraphNotLicensed
        return BY_STATUS.get(self.status) or (GraphUnavailable if self.status >= 500 else GraphRejected)

    def _approval(self, facts: Facts) -> GraphError | None:
        """Multi Admin Approval speaks through a header and, as nothing else here, through the text.

        Source: https://learn.microsoft.com/intune/fundamentals/role-based-access-control/multi-admin-approval-graph-api
        """
        if code := as_uuid(self.headers.get("x-msft-approval-code")):
            return GraphApprovalPending(facts=facts, approval_code=code)
        if self.status == 409 and APPROVAL_ASKED_BEFORE.search(facts.explanation):
            return GraphApprovalPending(facts=facts)
        if self.status in (400, 403) and APPROVAL_ASKED_FOR.search(facts.explanation):
            return GraphApprovalRequired(facts=facts)
        return None

    def _facts(self) -> Facts:
        return Facts(
            status=self.status,
            request_id=as_uuid(self.headers.get("request-id")),
            client_request_id=self.client_request_id,
        )

    def _error_facts(self, now: datetime) -> Facts:
        error = _object(self.body, "error")
        inner = _object(error, "innerError") or _object(error, "innererror")
        return Facts(
            status=self.status,
            code=_known_code(error) or _known_code(inner),
            request_id=as_uuid(self.headers.get("request-id")) or as_uuid(inner.get("request-id")),
            client_request_id=self.client_request_id,
            explanation=_explanation(error, inner),
            retry_after=retry_after_seconds(
                self.headers.get("retry-after"), now=date_of(self.headers.get("date")) or now
            ),
        )


def decode(content: bytes, content_type: str, *, facts: Facts) -> JsonObject | None:
    """Return the JSON object of a body; None for an empty one. Raises GraphResponseUnreadable."""
    if not content.strip():
        return None
    if not re.match(r"application/([\w.-]+\+)?json\b", content_type.strip().lower()):
        raise GraphResponseUnreadable(facts=facts)
    try:
        body = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        # Not chained: a JSONDecodeError carries the whole document.
        raise GraphResponseUnreadable(facts=facts) from None
    if not isinstance(body, dict):
        raise GraphResponseUnreadable(facts=facts)
    return body


def decode_leniently(content: bytes) -> JsonObject | None:
    """Return the JSON object of an error's body, if it is one: gateways answer in HTML too."""
    body = _any_json(content)
    return body if isinstance(body, dict) else None


def is_foreign(content: bytes, headers: Mapping[str, str]) -> bool:
    """Return True for the body of an error that Graph did not write.

    Graph says what is wrong in an object named "error". A body without one may still be Graph's where its id is
    in the headers, but not if it is no JSON at all.
    """
    body = _any_json(content)
    if isinstance(body, dict) and "error" in body:
        return False
    return not headers.get("request-id") or (body is None and bool(content.strip()))


def _any_json(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> float:
    """NaN and Infinity are no JSON, though Python reads them: no database takes them."""
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits)


def _object(parent: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    value = (parent or {}).get(name)
    return value if isinstance(value, dict) else {}


def _known_code(error: Mapping[str, Any]) -> str:
    code = error.get("code")
    return code if isinstance(code, str) and code in KNOWN_CODES else ""


def as_uuid(value: object) -> str:
    """Only the shape of an id passes: it is stored."""
    try:
        return str(UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _explanation(error: Mapping[str, Any], inner: Mapping[str, Any]) -> str:
    texts = [unwrapped(text) for text in (error.get("message"), inner.get("message")) if isinstance(text, str)]
    return " ".join(dict.fromkeys(text for text in texts if text))[:EXPLANATION_LENGTH]


def unwrapped(message: str) -> str:
    """Return the sentence inside Intune's message, which is a JSON document in a string, with its ids cut off."""
    if message.lstrip().startswith("{"):
        document = decode_leniently(message.encode())
        inner = (document or {}).get("Message")
        message = inner if isinstance(inner, str) else message
    sentence, *_ids = re.split(r"\s+-\s+Operation ID \(for customer support\)", message, maxsplit=1)
    return sentence.strip()
