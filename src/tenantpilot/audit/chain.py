"""The hash that ties an entry to all before it."""

import hashlib
import json
from datetime import UTC
from typing import Any

from tenantpilot.audit.models import AuditLog

GENESIS = "0" * 64
HASHED = (
    "workspace_id", "sequence", "tenant_id", "action", "actor_id", "actor_name",
    "target_type", "target_id", "request_id", "before", "after",
)  # fmt: skip


def hash_of(entry: AuditLog) -> str:
    """SHA-256 over every field and the hash before; times in UTC to the microsecond, JSON with sorted keys."""
    fields: dict[str, Any] = {name: getattr(entry, name) for name in HASHED}
    fields["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps([entry.previous_hash, fields], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
