"""Audit events: Intune's own record of who changed what, and Entra's of changes of Conditional Access."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from intunesim.catalog import Collection
from intunesim.clock import iso
from intunesim.errors import Origin
from intunesim.graph.messages import Call
from intunesim.json_types import JsonObject
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant

PATH = "deviceManagement/auditEvents"
DIRECTORY_PATH = "auditLogs/directoryAudits"
CATEGORIES = {"deviceManagement": "DeviceConfiguration", "deviceAppManagement": "Application"}
BY_METHOD = {"POST": "Create", "PATCH": "Patch", "DELETE": "Delete"}
IN_ENTRA = {"Create": "Add", "Patch": "Update", "Delete": "Delete"}
KINDS = {
    "conditionalAccessPolicy": "conditional access policy",
    "namedLocation": "named location",
    "authenticationStrengthPolicy": "authentication strength",
}


@dataclass(frozen=True)
class Actor:
    """The maker of a change: an application, or a person by the name that the person signs in with."""

    application_id: str | None
    application_name: str
    person: str = ""

    @property
    def person_id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, self.person))

    def in_intune(self) -> JsonObject:
        if not self.person:
            return {
                "auditActorType": "Application",
                "applicationId": self.application_id,
                "applicationDisplayName": self.application_name,
                "userPermissions": ["*"],
                "userPrincipalName": None,
            }
        return {
            "auditActorType": "ItPro",
            "applicationId": None,
            "applicationDisplayName": "Microsoft Intune portal extension",
            "userId": self.person_id,
            "userPermissions": ["*"],
            "userPrincipalName": self.person,
        }

    def in_entra(self) -> JsonObject:
        """Return the initiator as Entra names it: one of both is null."""
        if self.person:
            person = {"id": self.person_id, "displayName": None, "userPrincipalName": self.person, "ipAddress": ""}
            return {"user": person, "app": None}
        app = {"appId": self.application_id, "displayName": self.application_name, "servicePrincipalName": None}
        return {"user": None, "app": app}


def record(call: Call, activity: str, entity: Entity) -> None:
    """Note a change of an object by an application."""
    actor = Actor(call.caller.client_id, call.tenant.applications[call.caller.client_id].name)
    _note(call.tenant, call.collection, activity, entity, actor, call.now, call.request.request_id)


def record_person(
    tenant: Tenant, collection: Collection, activity: str, entity: Entity, *, by: str, now: datetime
) -> None:
    """Note a change of an object by a person in the portal, by the name that the person signs in with."""
    _note(tenant, collection, activity, entity, Actor(None, "", by), now, str(uuid.uuid4()))


def _note(
    tenant: Tenant,
    collection: Collection,
    activity: str,
    entity: Entity,
    actor: Actor,
    now: datetime,
    correlation_id: str,
) -> None:
    if collection.origin is Origin.INTUNE:
        body = _event_of_intune(collection, activity, entity, actor)
        path = PATH
    elif collection.origin is Origin.CONDITIONAL_ACCESS:
        body = _event_of_entra(collection, activity, entity, actor)
        path = DIRECTORY_PATH
    else:
        return
    event_id = str(uuid.uuid4())
    stamps = {"id": event_id, "activityDateTime": iso(now), "correlationId": correlation_id}
    tenant.store.put(path, Entity(event_id, {**stamps, **body}))


def _event_of_intune(collection: Collection, activity: str, entity: Entity, actor: Actor) -> JsonObject:
    return {
        "displayName": f"{activity} {collection.entity}",
        "componentName": collection.entity,
        "actor": actor.in_intune(),
        "activity": f"{activity}{collection.entity[:1].upper()}{collection.entity[1:]}",
        "activityType": f"{activity} {collection.entity}",
        "activityOperationType": activity,
        "activityResult": "Success",
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


def _event_of_entra(collection: Collection, activity: str, entity: Entity, actor: Actor) -> JsonObject:
    """Return an event in the form of the directory's audit log.

    Source: https://learn.microsoft.com/graph/api/resources/directoryaudit
    """
    verb, entity_name = IN_ENTRA.get(activity, activity), KINDS.get(collection.entity, collection.entity)
    target: JsonObject = {
        "id": entity.id,
        "displayName": entity.body.get(collection.name),
        "type": "Policy",
        "modifiedProperties": [],
    }
    return {
        "category": "Policy",
        "result": "success",
        "resultReason": None,
        "activityDisplayName": f"{verb} {entity_name}",
        "loggedByService": "Conditional Access",
        "operationType": verb,
        "initiatedBy": actor.in_entra(),
        "targetResources": [target],
        "additionalDetails": [],
    }
