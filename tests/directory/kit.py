"""Changing groups in the simulator, as a person would in the portal; and rows as a sync would have written them."""

from datetime import UTC, datetime
from typing import Any

from intunesim.graph import delta
from intunesim.state.entities import Entity

from tenantpilot.directory.models import Group, NestedGroup
from tenantpilot.tenancy.models import Tenant

WHEN = datetime(2026, 6, 1, tzinfo=UTC)


def add_group(tenant: Any, graph_id: str, name: str, *members: str, **body: Any) -> str:
    """Add a group with these members, groups or people by their ids."""
    entity = Entity(
        graph_id, {"id": graph_id, "displayName": name, "securityEnabled": True, "mailEnabled": False} | body
    )
    entity.children["members"] = [{"id": member} for member in members]
    tenant.store.put("groups", entity)
    delta.note(tenant, graph_id, now=WHEN)
    for member in members:
        delta.note(tenant, graph_id, now=WHEN, member={"id": member})
    return graph_id


def rename(tenant: Any, graph_id: str, name: str) -> None:
    entity = tenant.store.find("groups", graph_id)
    entity.body["displayName"] = name
    tenant.store.put("groups", entity)
    delta.note(tenant, graph_id, now=WHEN)


def remove(tenant: Any, graph_id: str, reason: str = "deleted") -> Entity:
    """Delete a group: `changed` keeps it for 30 days, `deleted` does not. Answers what it was."""
    entity: Entity = tenant.store.find("groups", graph_id)
    tenant.store.remove("groups", graph_id)
    delta.note(tenant, graph_id, now=WHEN, removed=reason)
    return entity


def bring_back(tenant: Any, entity: Entity) -> None:
    tenant.store.put("groups", entity)
    delta.note(tenant, entity.id, now=WHEN)


def remove_member(tenant: Any, graph_id: str, member: str) -> None:
    entity = tenant.store.find("groups", graph_id)
    entity.children["members"] = [child for child in entity.children["members"] if child["id"] != member]
    tenant.store.put("groups", entity)
    delta.note(tenant, graph_id, now=WHEN, member={"id": member, "@removed": {"reason": "deleted"}})


def group_of(tenant: Tenant, graph_id: str, name: str, now: datetime, *, inside: Group | None = None) -> Group:
    """Return a group as a sync would have written it, as a member of the group `inside`."""
    owned = {"workspace_id": tenant.workspace_id, "tenant": tenant, "round": 1}
    times = {"first_seen_at": now, "changed_at": now}
    group: Group = Group.everywhere.create(graph_id=graph_id, name=name, **owned, **times)
    if inside is not None:
        NestedGroup.everywhere.create(parent=inside, member_id=graph_id, **owned)
    return group
