"""Deleted items, which Entra keeps for 30 days."""

from datetime import datetime

from intunesim.catalog import Collection
from intunesim.clock import iso
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant

PREFIX = "deleted/"


def trash(tenant: Tenant, collection: Collection, entity: Entity, *, now: datetime) -> None:
    """Keep a deleted object among the deleted items."""
    deleted = entity.clone()
    deleted.body["deletedDateTime"] = iso(now)
    deleted.order = 0
    tenant.store.put(PREFIX + collection.path, deleted)


def deleted_items(tenant: Tenant, collection: Collection) -> list[Entity]:
    """Return the deleted objects of a collection."""
    return tenant.store.entities(PREFIX + collection.path)


def find_deleted(tenant: Tenant, collection: Collection, identifier: str) -> Entity | None:
    """Return one deleted object, or None."""
    return tenant.store.find(PREFIX + collection.path, identifier)


def restore(tenant: Tenant, collection: Collection, identifier: str) -> Entity | None:
    """Bring a deleted object back under its old id."""
    entity = tenant.store.remove(PREFIX + collection.path, identifier)
    if entity is None:
        return None
    entity.body.pop("deletedDateTime", None)
    entity.order = 0
    tenant.store.put(collection.path, entity)
    return entity


def purge(tenant: Tenant, collection: Collection, identifier: str) -> bool:
    """Delete for good; False when it was not among the deleted items."""
    return tenant.store.remove(PREFIX + collection.path, identifier) is not None
