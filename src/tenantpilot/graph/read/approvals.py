"""Requests for the approval of a second administrator, as far as their status goes.

Source: https://learn.microsoft.com/graph/api/resources/intune-rbac-operationapprovalrequest
"""

from __future__ import annotations

from urllib.parse import quote

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.directory import APPROVALS


def approval_status(client: GraphClient, code: str) -> str:
    """Return the status in Graph's words: needsApproval, approved, rejected, cancelled, expired. Raises GraphError."""
    return str(client.get(f"{APPROVALS}/{quote(code, safe='')}").get("status") or "")
