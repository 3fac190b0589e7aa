"""Asking Graph for names behind ids, and keeping the answers. Only handlers import it: it reaches Graph (GUARD-F)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tenantpilot.directory.names import known_names, remember
from tenantpilot.directory.recording import NOT_STORABLE
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.read.directory import objects_by_ids
from tenantpilot.tenancy.models import Tenant

TYPES = ("group", "user", "servicePrincipal", "device")


def look_up(client: GraphClient, tenant: Tenant, kinds: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """Return names by id: from the rows where they are fresh, else from Graph. Raises GraphError.

    What Graph answers is kept, also that it found nothing; a name that was found before is not lost by it.
    """
    known_entries = known_names(tenant, kinds, now=now)
    names = {graph_id: entry.name for graph_id, entry in known_entries.items() if entry.name}
    unknown_kinds = {
        key: object_type
        for key, object_type in kinds.items()
        if key not in known_entries or not known_entries[key].is_fresh
    }
    if not unknown_kinds:
        return names
    types = sorted({object_type for object_type in unknown_kinds.values() if object_type in TYPES}) or list(TYPES)
    answers = {str(graph_id).lower(): item for graph_id, item in objects_by_ids(client, unknown_kinds, types).items()}
    answered_names = {
        key: (_kind(answers[key], object_type), _name(answers[key]))
        for key, object_type in unknown_kinds.items()
        if key in answers
    }
    remember(tenant, unknown_kinds, answered_names, now=now)
    return names | {key: name for key, (_kind_of, name) in answered_names.items() if name}


def _kind(item: Mapping[str, Any], otherwise: str) -> str:
    return str(item.get("@odata.type") or "").rpartition(".")[2] or otherwise


def _name(item: Mapping[str, Any]) -> str:
    name = item.get("displayName")
    return NOT_STORABLE.sub("\ufffd", name) if isinstance(name, str) else ""
