"""Artifacts as a worker makes them."""

from datetime import datetime
from typing import Any

from tenantpilot.artifacts.building import NewArtifact
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.tenancy.models import Tenant, User


def made(tenant: Tenant, owner: User | None, content: bytes, now: datetime, **more: Any) -> Artifact:
    """Return a ready artifact with this content."""
    values = {"purpose": Purpose.POLICY_EXPORT, "name": "policies.zip", "tenant": tenant} | more
    return keep_file(NewArtifact(tenant.workspace_id, owner, **values), [content], now=now)
