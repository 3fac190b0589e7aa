"""Requests for the approval of a second administrator, as far as their status goes.

Source: https://learn.microsoft.com/graph/api/resources/intune-rbac-operationapprovalrequest
"""

from __future__ import annotations

from urllib.parse import quote

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.directory import APPROVALS
from tenantpilot.graph.errors import GraphNotFound


def approval_status(client: GraphClient, code: str) -> str:
    """Return the status in Graph's words: needsApproval, approved, rejected, cancelled, expired. Raises GraphError.

    A request that is gone counts as expired: nobody can approve it any more.
    """
    try:
        return str(client.get(f"{APPROVALS}/{quote(code, safe='')}").get("status") or "")
    except GraphNotFound:
        return "expired"
