"""Policies of Contoso without a simulator, and versions taken of payloads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.names import Name
from tenantpilot.versions.states import Source
from tenantpilot.versions.storing import snapshot_of, take_version


def new_policy(tenant: Tenant, now: datetime, *, key: str = "deviceConfiguration", graph_id: str = "p1") -> Policy:
    policy: Policy = Policy.everywhere.create(
        workspace_id=tenant.workspace_id,
        tenant=tenant,
        type=key,
        graph_id=graph_id,
        name=f"Policy {graph_id}",
        content_hash="",
        first_seen_at=now,
        last_seen_at=now,
        changed_at=now,
    )
    return policy


def take(
    policy: Policy,
    payload: dict[str, Any],
    now: datetime,
    *,
    names: Mapping[str, Name] | None = None,
    source: str = Source.CAPTURE,
) -> PolicyVersion | None:
    """Take a version of the payload, if it says anything new."""
    snapshot = snapshot_of(registry.get(policy.type), payload, read_at=now)
    with transaction.atomic():
        return take_version(policy, snapshot, names or {}, source=Source(source), run_id=None)
