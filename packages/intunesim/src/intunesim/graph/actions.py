"""Actions and functions below an object, by the name in the path."""

import copy
import re
from collections.abc import Callable
from typing import TypeAlias

from intunesim.errors import Origin, bad_request, not_found
from intunesim.graph import policy_actions
from intunesim.graph.bodies import objects
from intunesim.graph.changes import record_change, store_change
from intunesim.graph.messages import Answer, Call
from intunesim.graph.reading import existing
from intunesim.state.store import kept_under

ObjectAction: TypeAlias = Callable[[Call, str], Answer]
ARGUMENT = re.compile(r"\w+='?([^')]*)'?")


def plain_text_value(call: Call, identifier: str) -> Answer:
    """Return the plain text of a masked OMA setting."""
    entity = existing(call, identifier)
    match = ARGUMENT.search(call.rest[-1])
    reference = match.group(1) if match else ""
    if reference not in entity.secrets:
        raise not_found(reference, Origin.INTUNE)
    return Answer(body={"@odata.context": call.context("Edm.String"), "value": entity.secrets[reference]})


def set_priority(call: Call, identifier: str) -> Answer:
    """Move an enrollment configuration to a priority; the others make room."""
    entity = existing(call, identifier)
    priority = call.request.json().get("priority")
    if not isinstance(priority, int) or priority < 1 or entity.body.get("priority") == 0:
        raise bad_request("The priority of this configuration cannot be set.", Origin.INTUNE)
    path = kept_under(call.collection)
    other_entities = [
        other
        for other in call.tenant.store.entities(path)
        if other.id != entity.id
        and other.body.get("@odata.type") == entity.body.get("@odata.type")
        and other.body.get("priority")
    ]
    other_entities.sort(key=lambda other: int(other.body["priority"]))
    other_entities.insert(min(priority - 1, len(other_entities)), entity)
    for number, sibling in enumerate(other_entities, start=1):
        sibling.body["priority"] = number
        call.tenant.store.put(path, sibling)
    record_change(call, "SetPriority", entity)
    return Answer(204)


def target_apps(call: Call, identifier: str) -> Answer:
    """Say which apps a protection or configuration policy is for."""
    entity = existing(call, identifier)
    payload = call.request.json()
    entity.children["apps"] = [
        {**copy.deepcopy(app), "id": app.get("id") or f"{index}", "version": app.get("version") or "1"}
        for index, app in enumerate(objects(payload, "apps", required=True))
    ]
    if "appGroupType" in payload:
        entity.body["appGroupType"] = payload["appGroupType"]
    entity.body["deployedAppCount"] = len(entity.children["apps"])
    call.tenant.store.put(kept_under(call.collection), entity)
    record_change(call, "TargetApps", entity)
    return Answer(204)


def child_setter(child: str, key: str, activity: str, *, shows: bool = False) -> ObjectAction:
    """Return an action that replaces the objects of a navigation property by a list; some show the result."""

    def act(call: Call, identifier: str) -> Answer:
        entity = existing(call, identifier)
        entity.children[child] = copy.deepcopy(objects(call.request.json(), key, required=True))
        store_change(call, activity, entity)
        if not shows:
            return Answer(204)
        context = call.context(f"{call.collection.path}('{entity.id}')/{child}")
        return Answer(200, {"@odata.context": context, "value": copy.deepcopy(entity.children[child])})

    return act


def nothing_to_do(call: Call, identifier: str) -> Answer:
    """Return an action that is accepted and has no effect that could be read."""
    existing(call, identifier)
    return Answer(204)


ACTIONS: dict[tuple[str, str], ObjectAction] = {
    ("deviceConfiguration", "getomasettingplaintextvalue"): plain_text_value,
    ("enrollmentConfiguration", "setpriority"): set_priority,
    ("appProtection", "targetapps"): target_apps,
    ("iosAppProtection", "targetapps"): target_apps,
    ("androidAppProtection", "targetapps"): target_apps,
    ("windowsAppProtection", "targetapps"): target_apps,
    ("mamAppConfiguration", "targetapps"): target_apps,
    ("deviceConfiguration", "windowsprivacyaccesscontrols"): child_setter(
        "privacyAccessControls", "windowsPrivacyAccessControls", "WindowsPrivacyAccessControls"
    ),
    ("mobileApp", "updaterelationships"): child_setter("relationships", "relationships", "UpdateRelationships"),
    ("mamAppConfiguration", "changesettings"): child_setter("settings", "settings", "ChangeSettings"),
    ("compliancePolicy", "scheduleactionsforrules"): child_setter(
        "scheduledActionsForRule", "deviceComplianceScheduledActionForRules", "ScheduleActions", shows=True
    ),
    ("linuxCompliance", "setscheduledactions"): child_setter(
        "scheduledActionsForRule", "scheduledActions", "ScheduleActions", shows=True
    ),
    ("administrativeTemplate", "updatedefinitionvalues"): policy_actions.update_definition_values,
    ("template", "createinstance"): policy_actions.create_instance,
    ("endpointSecurityIntent", "updatesettings"): policy_actions.update_settings,
    ("endpointSecurityIntent", "getcustomizedsettings"): policy_actions.customized_settings,
    ("policySet", "update"): policy_actions.update_policy_set,
    ("authenticationStrength", "updateallowedcombinations"): policy_actions.update_allowed_combinations,
    ("settingsCatalog", "createcopy"): policy_actions.create_copy,
    ("notificationTemplate", "sendtestmessage"): nothing_to_do,
    ("driverUpdate", "syncinventory"): nothing_to_do,
}

CollectionAction: TypeAlias = Callable[[Call], Answer]
COLLECTION_ACTIONS: dict[str, CollectionAction] = {
    "getrolescopetagsbyid": policy_actions.scope_tags_by_id,
    "haspayloadlinks": policy_actions.has_payload_links,
}


def find_collection_action(call: Call) -> CollectionAction | None:
    """Return the action on a whole collection that a path ends with."""
    return (
        COLLECTION_ACTIONS.get(call.rest[0].removeprefix("microsoft.graph.").lower()) if len(call.rest) == 1 else None
    )


def find_action(call: Call) -> tuple[ObjectAction, str] | None:
    """Return the action that a path ends with, and the id of the object it is for."""
    if len(call.rest) != 2:
        return None
    identifier, segment = call.rest
    name = segment.split("(")[0].removeprefix("microsoft.graph.").lower()
    action = ACTIONS.get((call.collection.key, name))
    return (action, identifier) if action else None
