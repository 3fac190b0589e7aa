"""Compute the identity of a run: two requests with the same identity are the same work (OPS-06)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.models import Tenant, Workspace


def identity_of(operation_type: OperationType[Any], stored: Mapping[str, Any]) -> str:
    """Return a hash over the type and its stored identity inputs; order in a list counts, order of keys does not."""
    chosen = {name: stored.get(name) for name in operation_type.identity_fields}
    text = json.dumps([operation_type.key, chosen], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def workspace_of(tenant: Tenant | None, workspace: Workspace | None) -> int:
    """Return the workspace that a run belongs to: its tenant's, or the one that is named."""
    if tenant is not None:
        return tenant.workspace_id
    if workspace is None:
        raise ValueError("A run needs a tenant, or a workspace.")
    return workspace.pk
