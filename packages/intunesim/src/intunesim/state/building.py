"""Making an object out of a payload: ids, defaults, stamps, counts."""

import copy
import uuid
from datetime import datetime

from intunesim.catalog import Collection
from intunesim.catalog.types import ZERO_GUID, bare
from intunesim.clock import iso
from intunesim.json_types import Json, JsonObject
from intunesim.state.entities import Entity, number_children, take_apart
from intunesim.state.secrets import mask_loaded
from intunesim.state.store import kept_under
from intunesim.state.tenant import Tenant


def build_entity(
    tenant: Tenant, collection: Collection, payload: JsonObject, *, now: datetime, identifier: str | None = None
) -> Entity:
    """Return a new object with everything that the service itself adds. It is not stored yet."""
    body, children = take_apart(collection, without_annotations(with_full_types(copy.deepcopy(payload))))
    entity_id = identifier or new_id(tenant, collection, str(body.get("@odata.type", "")))
    defaults = copy.deepcopy(collection.defaults)
    body = {**_typed(collection, body), "id": entity_id, **defaults, **_own(collection, body)}
    stamp(collection, body, now=now, created=True)
    entity = Entity(entity_id, body, children)
    settle(collection, entity)
    return entity


def settle(collection: Collection, entity: Entity) -> None:
    """Bring what depends on other parts of an object up to date: ids below it, and counts."""
    number_children(entity.children, collection.children, entity.id)
    for rule in entity.children.get("scheduledActionsForRule", []):
        for action in rule.get("scheduledActionConfigurations") or []:
            if isinstance(action, dict) and not action.get("notificationTemplateId"):
                action["notificationTemplateId"] = ZERO_GUID
    if collection.key in ("settingsCatalog", "linuxCompliance"):
        entity.body["settingCount"] = len(entity.children.get("settings", []))
    if "isAssigned" in entity.body:
        entity.body["isAssigned"] = bool(entity.children.get("assignments"))


def stamp(collection: Collection, body: JsonObject, *, now: datetime, created: bool = False) -> None:
    """Set the times and the version that a write leaves behind."""
    if created and collection.created:
        body[collection.created] = iso(now)
    if collection.modified:
        is_conditional_access = collection.modified == "modifiedDateTime"
        body[collection.modified] = None if created and is_conditional_access else iso(now)
    if collection.versioned:
        current = body.get("version")
        if collection.id_prefix:
            body["version"] = f'"{uuid.uuid4()}"'
        else:
            body["version"] = 1 if created or not isinstance(current, int) else current + 1


def new_id(tenant: Tenant, collection: Collection, type_name: str) -> str:
    """Return a fresh id in the form that the collection uses."""
    if collection.key == "roleScopeTag":
        numbers = [int(entity.id) for entity in tenant.store.entities(collection.path) if entity.id.isdigit()]
        return str(max(numbers, default=0) + 1)
    if collection.key == "enrollmentConfiguration":
        suffix = bare(type_name)
        return f"{uuid.uuid4()}_{suffix[:1].upper()}{suffix[1:]}"
    return f"{collection.id_prefix}{uuid.uuid4()}"


def next_priority(tenant: Tenant, collection: Collection, type_name: str) -> int:
    """Return the lowest priority that no other configuration of the type has; 0 belongs to the default."""
    same = [e for e in tenant.store.entities(kept_under(collection)) if e.body.get("@odata.type") == type_name]
    return max((int(entity.body.get("priority") or 0) for entity in same), default=0) + 1


def without_annotations(payload: JsonObject) -> JsonObject:
    """Return a payload without OData's remarks about it; types and links stay."""
    return {
        name: value
        for name, value in payload.items()
        if name == "@odata.type" or name.endswith("@odata.bind") or not ("@" in name or name.startswith("#"))
    }


def with_full_types(value: Json) -> Json:
    """Return a payload with a number sign before every type, as the service shows them."""
    if isinstance(value, list):
        return [with_full_types(item) for item in value]
    if not isinstance(value, dict):
        return value
    full = {name: with_full_types(item) for name, item in value.items()}
    named = full.get("@odata.type")
    if isinstance(named, str) and named.startswith("microsoft.graph."):
        full["@odata.type"] = f"#{named}"
    return full


def _typed(collection: Collection, body: JsonObject) -> JsonObject:
    """Return the type, first of all; a view on another collection gives its own to what is made through it."""
    if collection.part_of:
        return {"@odata.type": body.get("@odata.type", collection.type_name)}
    return {"@odata.type": body["@odata.type"]} if "@odata.type" in body else {}


def _own(collection: Collection, body: JsonObject) -> JsonObject:
    """Return the properties that a client may set: not the id and not the stamps."""
    decided = {"@odata.type", "id", collection.created, collection.modified, "version" if collection.versioned else ""}
    return {name: value for name, value in body.items() if name not in decided}


def place(
    tenant: Tenant,
    collection: Collection,
    payload: JsonObject,
    *,
    now: datetime,
    identifier: str | None = None,
    shipped: bool = False,
) -> Entity:
    """Put an object into a tenant as it stands elsewhere: its id, its times and its version are kept."""
    body, children = take_apart(collection, without_annotations(copy.deepcopy(payload)))
    entity_id = str(identifier or body.get("id") or new_id(tenant, collection, str(body.get("@odata.type", ""))))
    stamps = {name: iso(now) for name in (collection.created, collection.modified) if name}
    properties = {name: value for name, value in body.items() if name not in ("@odata.type", "id")}
    defaults = copy.deepcopy(collection.defaults)
    entity = Entity(
        entity_id, {**_typed(collection, body), "id": entity_id, **defaults, **stamps, **properties}, children
    )
    entity.shipped = shipped
    settle(collection, entity)
    mask_loaded(entity)
    tenant.store.put(kept_under(collection), entity)
    return entity
