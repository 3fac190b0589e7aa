"""Audit events: Intune's own record of who changed what."""

import uuid

from intunesim.clock import iso
from intunesim.errors import Origin
from intunesim.graph.messages import Call
from intunesim.state.entities import Entity

PATH = "deviceManagement/auditEvents"
CATEGORIES = {"deviceManagement": "DeviceConfiguration", "deviceAppManagement": "Application"}


def record(call: Call, activity: str, entity: Entity) -> None:
    """Note a change of an Intune object."""
    if call.collection.origin is not Origin.INTUNE:
        return
    event_id = str(uuid.uuid4())
    name = entity.body.get(call.collection.name)
    body = {
        "id": event_id,
        "displayName": f"{activity} {call.collection.entity}",
        "componentName": call.collection.entity,
        "actor": {
            "auditActorType": "Application",
            "applicationId": call.caller.client_id,
            "applicationDisplayName": call.tenant.applications[call.caller.client_id].name,
            "userPermissions": ["*"],
            "userPrincipalName": None,
        },
        "activity": f"{activity}{call.collection.entity[:1].upper()}{call.collection.entity[1:]}",
        "activityDateTime": iso(call.now),
        "activityType": f"{activity} {call.collection.entity}",
        "activityOperationType": activity,
        "activityResult": "Success",
        "correlationId": call.request.request_id,
        "category": CATEGORIES.get(call.collection.segments[0], "Other"),
        "resources": [
            {
                "displayName": name,
                "auditResourceType": call.collection.entity,
                "resourceId": entity.id,
                "modifiedProperties": [],
            }
        ],
    }
    call.tenant.store.put(PATH, Entity(event_id, body))
