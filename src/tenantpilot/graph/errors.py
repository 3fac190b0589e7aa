"""Errors between us and Graph, in types that answer the caller's question.

`params` carry only what is harmless (OPS-12): the status, a known code, a request id, counts. What
Graph wrote for people stays on `facts.explanation`; it is shown beside the item it belongs to and
never stored in a run.
"""

from __future__ import annotations

from dataclasses import dataclass

from tenantpilot.core.errors import Params, ReasonedError


@dataclass(frozen=True)
class Facts:
    """The facts about the exchange that failed."""

    status: int | None = None
    code: str = ""
    """Graph's error code, or "" when it is not one that we know."""
    request_id: str = ""
    client_request_id: str = ""
    explanation: str = ""
    """Graph's text for people, unwrapped. Text from outside: never stored, never logged."""
    retry_after: float | None = None
    """Seconds to wait, when Graph said so."""

    def params(self) -> dict[str, str | int]:
        """Return the failure that may be stored."""
        facts = {"status": self.status, "graph_code": self.code, "request_id": self.request_id}
        return {name: value for name, value in facts.items() if value}


class GraphError(ReasonedError):
    """Graph did not do what was asked."""

    reason_code = "graph_error"

    def __init__(self, text: str = "", *, facts: Facts | None = None, params: Params | None = None) -> None:
        self.facts = facts or Facts()
        super().__init__(text or self._text(), params={**self.facts.params(), **(params or {})})

    def _text(self) -> str:
        """Named by facts alone, so that a traceback in a log holds nothing from outside."""
        details = " ".join(f"{name}={value}" for name, value in self.facts.params().items())
        return f"{self.reason_code} {details}".strip()

    @property
    def request_id(self) -> str:
        """Return the id that Microsoft's support asks for; ours when Graph gave none."""
        return self.facts.request_id or self.facts.client_request_id

    @property
    def explanation(self) -> str:
        return self.facts.explanation


class GraphSignInFailed(GraphError):
    """Entra gave no token. A person must act; `reason_code` says which part is wrong."""

    reason_code = "sign_in_failed"

    def __init__(self, reason_code: str = "sign_in_failed", *, aadsts: str = "", facts: Facts | None = None) -> None:
        self.reason_code = reason_code
        super().__init__(facts=facts, params={"aadsts": aadsts} if aadsts else None)


class GraphTokenRejected(GraphError):
    """401: Graph did not accept a token that Entra had just given."""

    reason_code = "token_rejected"


class GraphForbidden(GraphError):
    """403: the application lacks a permission. A person must act."""

    reason_code = "permission_missing"

    def name_permission(self, permission: str) -> None:
        """Add the permission that would be enough, for whoever has to grant it."""
        self.params = {**self.params, "permission": permission}


class GraphNotLicensed(GraphError):
    """The tenant has not bought what the request is about: the same for every object of the service."""

    reason_code = "not_licensed"


class GraphIntercepted(GraphError):
    """An answer that is not Graph's: a firewall, a proxy or a portal on the way gave it. Repeating it is in vain."""

    reason_code = "intermediary_answered"


class GraphProxyRefused(GraphError):
    """407: the proxy on the way wants a name and a password, or others."""

    reason_code = "proxy_refused"


class GraphApprovalRequired(GraphError):
    """The tenant protects such changes by Multi Admin Approval, and Graph asked for a justification."""

    reason_code = "approval_required"


class GraphApprovalPending(GraphError):
    """Not applied yet: a second administrator has to approve it.

    The same write with the `approval_code` passes once it is approved. The code is "" when this write had been
    put down before.
    """

    reason_code = "approval_pending"

    def __init__(self, text: str = "", *, facts: Facts | None = None, approval_code: str = "") -> None:
        self.approval_code = approval_code
        super().__init__(text, facts=facts)


class GraphNotFound(GraphError):
    """404: no such object in this tenant."""

    reason_code = "resource_not_found"


class GraphRejected(GraphError):
    """Graph understood and refused: repeating it changes nothing."""

    reason_code = "request_rejected"


class GraphResyncRequired(GraphRejected):
    """A delta link is too old, or Graph forgot it: begin again from nothing."""


class GraphConflict(GraphRejected):
    """409 or 412: the object is not in the state that the request assumed."""


class GraphThrottled(GraphError):
    """429, for longer than this call may wait. Try later."""

    reason_code = "throttled"


class GraphUnavailable(GraphError):
    """Not reached, not answered, or answered 5xx until the last attempt. The reason says which of them."""

    reason_code = "graph_unavailable"

    def __init__(self, text: str = "", *, facts: Facts | None = None, params: Params | None = None) -> None:
        if facts is not None and facts.status and self.reason_code == "graph_unavailable":
            self.reason_code = "graph_error"
        super().__init__(text, facts=facts, params=params)


class GraphInternalError(GraphUnavailable):
    """500: with Intune often permanent for one object, so it is tried few times."""

    reason_code = "graph_error"


class GraphGatewayFailed(GraphUnavailable):
    """5xx in words that are not Graph's: something on the way is unwell, and may be well again soon."""

    reason_code = "intermediary_answered"


class GraphResponseUnreadable(GraphUnavailable):
    """The answer is not the JSON that was asked for: HTML with 200, cut off, not what was declared."""

    reason_code = "response_unreadable"


class GraphDeadlineExceeded(GraphUnavailable):
    """The answer came too slowly, or in drips."""

    reason_code = "deadline_exceeded"


class GraphIncompleteRead(GraphError):
    """Graph stated more than it delivered, or its pages lead in a circle. What was read is not the whole."""

    reason_code = "incomplete_read"

    def __init__(
        self, text: str = "", *, stated: int | None = None, item_count: int, facts: Facts | None = None
    ) -> None:
        counts = {"read": item_count} if stated is None else {"stated": stated, "read": item_count}
        super().__init__(text or f"stated {stated}, read {item_count}", facts=facts, params=counts)


class GraphNotShown(GraphIncompleteRead):
    """Graph did not find an object that it lists, or a part of an object that is there. It is not gone."""

    reason_code = "object_not_shown"

    def __init__(self, facts: Facts | None = None) -> None:
        super().__init__("listed, and not found", item_count=0, facts=facts)


class GraphOutcomeUnknown(GraphError):
    """A create was not answered properly, and what the tenant holds now does not say whether it was applied."""

    reason_code = "write_outcome_unknown"

    def __init__(self, *, match_count: int, facts: Facts | None = None) -> None:
        super().__init__(facts=facts, params={"found": match_count})


class GraphHalfWritten(GraphError):
    """The object was created, yet a further request for one of its parts failed; it stands there as `graph_id`."""

    def __init__(self, graph_id: str, cause: GraphError) -> None:
        self.graph_id = graph_id
        self.reason_code = cause.reason_code
        super().__init__(facts=cause.facts, params=cause.params)


class MaskedSecrets(GraphError):
    """The payload holds masks in the place of secrets. A mask is never written."""

    reason_code = "secret_masked"

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        super().__init__(params={"count": len(paths)})


class GraphHostRefused(GraphError):
    """A link or a setting leads to a host that is not allowed to see our token."""

    reason_code = "host_refused"


class GraphStopped(GraphError):
    """The work was cancelled while it waited."""

    reason_code = "cancelled_by_person"
