"""Audit events: Intune's own record of who changed what."""

import uuid
from datetime import datetime

from intunesim.catalog import Collection
from intunesim.clock import iso
from intunesim.errors import Origin
from intunesim.graph.messages import Call
from intunesim.json_types import JsonObject
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant

PATH = "deviceManagement/auditEvents"
CATEGORIES = {"deviceManagement": "DeviceConfiguration", "deviceAppManagement": "Application"}
BY_METHOD = {"POST": "Create", "PATCH": "Patch", "DELETE": "Delete"}


def record(call: Call, activity: str, entity: Entity) -> None:
    """Note a change of an Intune object by an application."""
    actor = {
        "auditActorType": "Application",
        "applicationId": call.caller.client_id,
        "applicationDisplayName": call.tenant.applications[call.caller.client_id].name,
        "userPermissions": ["*"],
        "userPrincipalName": None,
    }
    _note(call.tenant, call.collection, activity, entity, actor, call.now, call.request.request_id)


def record_person(
    tenant: Tenant, collection: Collection, activity: str, entity: Entity, *, by: str, now: datetime
) -> None:
    """Note a change of an Intune object by a person in the portal, by the name that the person signs in with."""
    actor = {
        "auditActorType": "ItPro",
        "applicationId": None,
        "applicationDisplayName": "Microsoft Intune portal extension",
        "userId": str(uuid.uuid5(uuid.NAMESPACE_DNS, by)),
        "userPermissions": ["*"],
        "userPrincipalName": by,
    }
    _note(tenant, collection, activity, entity, actor, now, str(uuid.uuid4()))


def _note(
    tenant: Tenant,
    collection: Collection,
    activity: str,
    entity: Entity,
    actor: JsonObject,
    now: datetime,
    correlation_id: str,
) -> None:
    if collection.origin is not Origin.INTUNE:
        return
    event_id = str(uuid.uuid4())
    body = {
        "id": event_id,
        "displayName": f"{activity} {collection.entity}",
        "componentName": collection.entity,
        "actor": actor,
        "activity": f"{activity}{collection.entity[:1].upper()}{collection.entity[1:]}",
        "activityDateTime": iso(now),
        "activityType": f"{activity} {collection.entity}",
        "activityOperationType": activity,
        "activityResult": "Success",
        "correlationId": correlation_id,
        "category": CATEGORIES.get(collection.segments[0], "Other"),
        "resources": [
            {
                "displayName": entity.body.get(collection.name),
                "auditResourceType": collection.entity,
                "resourceId": entity.id,
                "modifiedProperties": [],
            }
        ],
    }
    tenant.store.put(PATH, Entity(event_id, body))
