"""Reads that lag behind writes, where Graph does not promise to read what was just written."""

from intunesim.catalog import Collection
from intunesim.state.entities import Entity
from intunesim.state.store import kept_under, shows
from intunesim.state.tenant import Tenant


def note_write(tenant: Tenant, collection: Collection, entity: Entity, before: Entity | None) -> None:
    """From here on, the next reads see the state before this write."""
    if collection.eventual and tenant.habits.lagging_reads:
        entity.before = before
        entity.stale_reads = tenant.habits.lagging_reads


def note_removal(tenant: Tenant, collection: Collection, entity: Entity) -> None:
    """From here on, the next reads still see the object."""
    if collection.eventual and tenant.habits.lagging_reads:
        entity.before = None
        entity.stale_reads = tenant.habits.lagging_reads
        tenant.ghosts[(kept_under(collection), entity.id.lower())] = entity


def visible(tenant: Tenant, collection: Collection, identifier: str) -> Entity | None:
    """Return the object as a read sees it now, or None."""
    path = kept_under(collection)
    entity = tenant.store.find(path, identifier)
    if entity is None:
        return _ghost(tenant, path, identifier)
    return _as_seen(entity) if shows(collection, entity) else None


def writable(tenant: Tenant, collection: Collection, identifier: str) -> Entity | None:
    """The object as a write finds it: the newest state, and not found only as long as reads do not find it at all."""
    entity = tenant.store.find(kept_under(collection), identifier)
    if entity is None or not shows(collection, entity):
        return None
    if entity.stale_reads > 0 and entity.before is None:
        return _as_seen(entity)
    return entity


def visible_all(tenant: Tenant, collection: Collection) -> list[Entity]:
    """Return the objects of a collection as a read sees them now."""
    path = kept_under(collection)
    visible = [_as_seen(entity) for entity in tenant.store.entities(path) if shows(collection, entity)]
    ghosts = [_ghost(tenant, path, identifier) for ghost_path, identifier in list(tenant.ghosts) if ghost_path == path]
    return [entity for entity in (*visible, *ghosts) if entity is not None]


def _as_seen(entity: Entity) -> Entity | None:
    if entity.stale_reads <= 0:
        return entity
    entity.stale_reads -= 1
    earlier = entity.before
    if entity.stale_reads == 0:
        entity.before = None
    return earlier


def _ghost(tenant: Tenant, path: str, identifier: str) -> Entity | None:
    ghost = tenant.ghosts.get((path, identifier.lower()))
    if ghost is None:
        return None
    ghost.stale_reads -= 1
    if ghost.stale_reads <= 0:
        del tenant.ghosts[(path, identifier.lower())]
    return ghost
