"""Create an object, and look for it before the request is repeated."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError, GraphThrottled, GraphUnavailable

MOST_JUSTIFICATION = 1024

Look = Callable[[GraphError], JsonObject | None]


def post_unless_there(
    client: GraphClient, path: str, body: Any, *, look: Look, headers: Mapping[str, str]
) -> tuple[JsonObject, bool]:
    """Return the object that the POST made, and whether it was found rather than answered.

    Whenever the POST was throttled, failed or was not answered, `look` says whether it was applied after all:
    it answers the object, or None, and only then is the POST sent again. Raises GraphError.
    """
    call = client.new_call()
    while True:
        try:
            return client.send_once("POST", path, body, headers=headers).body or {}, False
        except (GraphThrottled, GraphUnavailable) as error:
            delay = _delay_or_none(call.delay_after, error)
            if delay is not None:
                call.sleep(delay)
            if (match := look(error)) is not None:
                return match, True
            if delay is None:
                raise


def _delay_or_none(delay_after: Callable[[GraphError], float], error: GraphError) -> float | None:
    """Return the seconds to wait, or None when the time is over: look once more then."""
    try:
        return delay_after(error)
    except GraphError:
        return None


def approval_headers(justification: str, approval_code: str) -> dict[str, str]:
    """Return the headers that Multi Admin Approval asks of a write; ignored where nothing is protected.

    Source: https://learn.microsoft.com/intune/fundamentals/role-based-access-control/multi-admin-approval-graph-api
    """
    if approval_code:
        return {"x-msft-approval-code": approval_code}
    if not justification:
        return {}
    text = justification[:MOST_JUSTIFICATION].encode()
    return {"x-msft-approval-justification": base64.b64encode(text).decode()}
