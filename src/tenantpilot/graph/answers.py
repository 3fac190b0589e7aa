"""What came back: a JSON object, or a typed error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenantpilot.graph.errors import (
    Facts,
    GraphApprovalPending,
    GraphApprovalRequired,
    GraphConflict,
    GraphError,
    GraphForbidden,
    GraphInternalError,
    GraphNotFound,
    GraphRejected,
    GraphResponseUnreadable,
    GraphResyncRequired,
    GraphThrottled,
    GraphTokenRejected,
    GraphUnavailable,
)
from tenantpilot.graph.patience import retry_after_seconds

JsonObject = dict[str, Any]

EXPLANATION_LENGTH = 600

# Codes that may be stored. Whatever else stands there may be anything.
# Source: https://learn.microsoft.com/graph/errors
KNOWN_CODES = frozenset(
    [
        "accessDenied",
        "activityLimitReached",
        "AccessDenied",
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


@dataclass(frozen=True)
class Answer:
    """One response, whole, be it of a request or of a part of a batch."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: JsonObject | None
    client_request_id: str = ""

    def json(self) -> JsonObject:
        """The object. Raises GraphResponseUnreadable when there is none."""
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
        if facts.code in BEGIN_AGAIN:
            raise GraphResyncRequired(facts=facts)
        kind = BY_STATUS.get(self.status) or (GraphUnavailable if self.status >= 500 else GraphRejected)
        raise kind(facts=facts)

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
            retry_after=retry_after_seconds(self.headers.get("retry-after"), now=now),
        )


def decode(content: bytes, content_type: str, *, facts: Facts) -> JsonObject | None:
    """The JSON object of a body; None for an empty one. Raises GraphResponseUnreadable."""
    if not content.strip():
        return None
    if not re.match(r"application/([\w.-]+\+)?json\b", content_type.strip().lower()):
        raise GraphResponseUnreadable(facts=facts)
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # Not chained: a JSONDecodeError carries the whole document.
        raise GraphResponseUnreadable(facts=facts) from None
    if not isinstance(body, dict):
        raise GraphResponseUnreadable(facts=facts)
    return body


def decode_leniently(content: bytes) -> JsonObject | None:
    """The JSON object of an error's body, if it is one: gateways answer in HTML too."""
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


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
    """The sentence inside Intune's message, which is a JSON document in a string, with its ids cut off."""
    if message.lstrip().startswith("{"):
        document = decode_leniently(message.encode())
        inner = (document or {}).get("Message")
        message = inner if isinstance(inner, str) else message
    sentence, *_ids = re.split(r"\s+-\s+Operation ID \(for customer support\)", message, maxsplit=1)
    return sentence.strip()
