"""/deviceManagement itself: one object for each tenant, with the settings of the service."""

import copy

from intunesim.errors import bad_request, method_not_allowed, not_found
from intunesim.graph.changes import record_change
from intunesim.graph.messages import Answer, Call
from intunesim.json_types import JsonObject
from intunesim.odata.shaping import selected
from intunesim.state.entities import Entity
from intunesim.state.tenant import named_id

PATH = "deviceManagement"
DEFAULTS: JsonObject = {
    "intuneBrand": {"displayName": None, "contactITName": None, "showLogo": True},
    "subscriptionState": "active",
    "maximumDepTokens": 2000,
    "settings": {
        "deviceComplianceCheckinThresholdDays": 30,
        "isScheduledActionEnabled": True,
        "secureByDefault": False,
        "enhancedJailBreak": False,
        "deviceInactivityBeforeRetirementInDay": 0,
        "derivedCredentialProvider": "notConfigured",
        "ignoreDevicesForUnsupportedSettingsEnabled": False,
        "androidDeviceAdministratorEnrollmentEnabled": False,
    },
}

GOOGLE_PLAY = "androidManagedStoreAccountEnterpriseSettings"


def device_management(call: Call) -> Answer:
    """GET and PATCH /deviceManagement."""
    entity = _entity(call)
    if call.request.method == "GET":
        body = selected(entity.body, call.query.select) if call.query.select else entity.body
        return Answer(body={"@odata.context": call.context("deviceManagement/$entity"), **copy.deepcopy(body)})
    if call.request.method != "PATCH":
        raise method_not_allowed(call.request.method)
    changes = call.request.json()
    unknown = set(changes) - {*DEFAULTS, "@odata.type"}
    if unknown:
        raise bad_request(f"The property '{min(unknown)}' cannot be changed.", call.collection.origin)
    for name, value in changes.items():
        current = entity.body.get(name)
        entity.body[name] = {**current, **value} if isinstance(current, dict) and isinstance(value, dict) else value
    call.tenant.store.put(PATH, entity)
    record_change(call, "Patch", entity)
    return Answer(200, {"@odata.context": call.context("deviceManagement/$entity"), **copy.deepcopy(entity.body)})


def settings(call: Call) -> Answer:
    """GET /deviceManagement/settings."""
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    body = copy.deepcopy(_entity(call).body["settings"])
    return Answer(body={"@odata.context": call.context("deviceManagement/settings"), **body})


def managed_google_play(call: Call) -> Answer:
    """GET /deviceManagement/androidManagedStoreAccountEnterpriseSettings; a tenant without any is not bound."""
    return _only_object(call, GOOGLE_PLAY, {"bindStatus": "notBound", "lastAppSyncStatus": "none"})


def push_certificate(call: Call) -> Answer:
    """GET /deviceManagement/applePushNotificationCertificate; a tenant without one answers 404."""
    return _only_object(call, "applePushNotificationCertificate", None)


def _only_object(call: Call, name: str, default: JsonObject | None) -> Answer:
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    entities = call.tenant.store.entities(f"{PATH}/{name}")
    body = entities[0].body if entities else default
    if body is None:
        raise not_found(name, call.collection.origin)
    context = call.context(f"{PATH}/{name}/$entity")
    return Answer(body={"@odata.context": context, **copy.deepcopy(call.view.whole({"id": name, **body}, name))})


def _entity(call: Call) -> Entity:
    entities = call.tenant.store.entities(PATH)
    if entities:
        return entities[0]
    identifier = named_id(call.tenant.id, PATH)
    entity = Entity(identifier, {"id": identifier, **copy.deepcopy(DEFAULTS)})
    call.tenant.store.put(PATH, entity)
    return entity
