"""Actions that build or change policies in their own way, each with the body that Graph expects."""

import copy
import uuid

from intunesim.catalog import COLLECTIONS, Assign
from intunesim.errors import Origin, bad_request, method_not_allowed, not_found
from intunesim.graph.assigning import check_target
from intunesim.graph.binding import bind
from intunesim.graph.bodies import objects, texts
from intunesim.graph.changes import store_change
from intunesim.graph.messages import Answer, Call
from intunesim.graph.reading import existing
from intunesim.graph.writing import keep_new
from intunesim.json_types import Json, JsonObject
from intunesim.state.building import build_entity
from intunesim.state.entities import Entity


def update_definition_values(call: Call, identifier: str) -> Answer:
    """Add, change and delete values of an administrative template, in one go."""
    entity = existing(call, identifier)
    payload = bind(call, call.request.json())
    added, updated, deleted = objects(payload, "added"), objects(payload, "updated"), texts(payload, "deletedIds")
    values = [value for value in entity.children.get("definitionValues", []) if value["id"] not in deleted]
    for change in updated:
        value = next(
            (definition_value for definition_value in values if definition_value["id"] == change.get("id")), None
        )
        if value is None:
            raise not_found(str(change.get("id")), Origin.INTUNE)
        value.update(copy.deepcopy(change))
    for value in added:
        values.append(_new_value(value))
    entity.children["definitionValues"] = values
    store_change(call, "UpdateDefinitionValues", entity)
    return Answer(204)


def create_instance(call: Call, identifier: str) -> Answer:
    """Make an endpoint security policy out of a template: its settings, changed by settingsDelta."""
    template = existing(call, identifier)
    payload = call.request.json()
    if not payload.get("displayName"):
        raise bad_request("displayName is required.", Origin.INTUNE)
    settings = {
        str(setting.get("definitionId")): copy.deepcopy(setting) for setting in template.children.get("settings", [])
    }
    settings.update(
        {str(setting.get("definitionId")): _setting(setting) for setting in objects(payload, "settingsDelta")}
    )
    intent = {
        "displayName": payload["displayName"],
        "description": payload.get("description"),
        "roleScopeTagIds": payload.get("roleScopeTagIds") or ["0"],
        "templateId": template.id,
        "settings": list(settings.values()),
        "categories": [
            {"id": setting["id"], "displayName": setting.get("displayName"), "settings": list(settings.values())}
            for setting in template.children.get("categories", [])
        ],
    }
    intents = call.in_collection(COLLECTIONS["deviceManagement/intents"])
    entity = build_entity(call.tenant, intents.collection, intent, now=call.now)
    return Answer(200, keep_new(intents, entity))


def update_settings(call: Call, identifier: str) -> Answer:
    """Change settings of an endpoint security policy; none can be removed."""
    entity = existing(call, identifier)
    payload = objects(call.request.json(), "settings")
    changes = {change["id"]: change for change in payload if "id" in change}
    settings = entity.children.setdefault("settings", [])
    for setting in settings:
        setting.update(copy.deepcopy(changes.pop(setting["id"], {})))
    settings.extend(_setting(change) for change in (*changes.values(), *(new for new in payload if "id" not in new)))
    for category in entity.children.get("categories", []):
        category["settings"] = copy.deepcopy(settings)
    store_change(call, "UpdateSettings", entity)
    return Answer(204)


def update_policy_set(call: Call, identifier: str) -> Answer:
    """Change the items and the assignments of a policy set."""
    entity = existing(call, identifier)
    payload = call.request.json()
    deleted = texts(payload, "deletedPolicySetItems")
    changed = {
        policy_set_item.get("id"): policy_set_item for policy_set_item in objects(payload, "updatedPolicySetItems")
    }
    items = [item for item in entity.children.get("items", []) if item["id"] not in deleted]
    for item in items:
        item.update(copy.deepcopy(changed.get(item["id"], {})))
    items += [
        _policy_set_item(policy_set_item, entity.id) for policy_set_item in objects(payload, "addedPolicySetItems")
    ]
    entity.children["items"] = items
    if "assignments" in payload:
        entity.children["assignments"] = [
            _policy_set_assignment(call, policy_set_item) for policy_set_item in objects(payload, "assignments")
        ]
    store_change(call, "Update", entity)
    return Answer(204)


def update_allowed_combinations(call: Call, identifier: str) -> Answer:
    """Change what an authentication strength accepts."""
    entity = existing(call, identifier)
    combinations = texts(call.request.json(), "allowedCombinations")
    if not combinations or entity.body.get("policyType") == "builtIn":
        raise bad_request("The combinations of this policy cannot be changed so.", Origin.CONDITIONAL_ACCESS)
    previous = entity.body.get("allowedCombinations")
    entity.body["allowedCombinations"] = copy.deepcopy(combinations)
    store_change(call, "UpdateAllowedCombinations", entity)
    body = {
        "@odata.context": call.context("microsoft.graph.updateAllowedCombinationsResult"),
        "currentCombinations": combinations,
        "previousCombinations": previous,
        "conditionalAccessReferences": [],
        "additionalInformation": "",
    }
    return Answer(200, body)


def strength_usage(call: Call) -> Answer:
    """GET {strength}/usage(): the Conditional Access policies that demand it."""
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    strength = existing(call, call.rest[0])
    policies = call.tenant.store.entities("identity/conditionalAccess/policies")
    users = [policy for policy in policies if _demands(policy, strength.id)]
    mfa = [policy for policy in users if "mfa" in (strength.body.get("requirementsSatisfied") or "")]
    usage = {
        "mfa": [copy.deepcopy(policy.body) for policy in mfa],
        "none": [copy.deepcopy(policy.body) for policy in users if policy not in mfa],
    }
    return Answer(body={"@odata.context": call.context("microsoft.graph.authenticationStrengthUsage"), **usage})


def _demands(policy: Entity, strength_id: str) -> bool:
    strength = (policy.body.get("grantControls") or {}).get("authenticationStrength") or {}
    return bool(strength.get("id") == strength_id)


def create_copy(call: Call, identifier: str) -> Answer:
    """Copy a policy under another name, without its assignments."""
    entity = existing(call, identifier)
    payload = call.request.json()
    name = payload.get("displayName") or f"{entity.body.get(call.collection.name)} - Copy"
    described = {"description": payload.get("description", entity.body.get("description"))}
    children = {key: value for key, value in entity.children.items() if key != "assignments"}
    fresh = build_entity(
        call.tenant, call.collection, {**entity.body, call.collection.name: name, **described, **children}, now=call.now
    )
    return Answer(201, keep_new(call, fresh))


def customized_settings(call: Call, identifier: str) -> Answer:
    """Return the settings of an endpoint security policy that differ from its template."""
    entity = existing(call, identifier)
    context = call.context("Collection(microsoft.graph.deviceManagementSettingInstance)")
    return Answer(body={"@odata.context": context, "value": copy.deepcopy(entity.children.get("settings", []))})


def scope_tags_by_id(call: Call) -> Answer:
    """POST roleScopeTags/getRoleScopeTagsById."""
    tag_ids = texts(call.request.json(), "roleScopeTagIds")
    tags = [scope_tag for scope_tag in (_tag(call, tag) for tag in tag_ids) if scope_tag is not None]
    context = call.context("Collection(microsoft.graph.roleScopeTag)")
    return Answer(body={"@odata.context": context, "value": [copy.deepcopy(scope_tag.body) for scope_tag in tags]})


def has_payload_links(call: Call) -> Answer:
    """POST …/hasPayloadLinks: which objects are part of a policy set."""
    linked = {
        item.get("payloadId")
        for entity in call.tenant.store.entities("deviceAppManagement/policySets")
        for item in entity.children.get("items", [])
    }
    ids = texts(call.request.json(), "payloadIds")
    links: list[JsonObject] = [
        {"payloadId": payload_id, "hasLink": payload_id in linked, "error": None, "sources": []} for payload_id in ids
    ]
    return Answer(
        body={"@odata.context": call.context("Collection(microsoft.graph.hasPayloadLinkResultItem)"), "value": links}
    )


def _new_value(value: JsonObject) -> JsonObject:
    if "definition" not in value:
        raise bad_request("An added definition value needs a definition@odata.bind.", Origin.INTUNE)
    fresh = {"configurationType": "policy", **copy.deepcopy(value), "id": str(uuid.uuid4())}
    for presentation in objects(fresh, "presentationValues"):
        presentation["id"] = str(uuid.uuid4())
    return fresh


def _setting(setting: JsonObject) -> JsonObject:
    return {**copy.deepcopy(setting), "id": str(uuid.uuid4())}


def _policy_set_item(item: JsonObject, owner: str) -> JsonObject:
    if "@odata.type" not in item or "payloadId" not in item:
        raise bad_request("An item of a policy set needs an @odata.type and a payloadId.", Origin.INTUNE)
    return {**copy.deepcopy(item), "id": f"{owner}_{item['payloadId']}", "status": "success", "errorCode": "noError"}


def _policy_set_assignment(call: Call, item: JsonObject) -> JsonObject:
    check_target(call, item.get("target"), Assign())
    return {**copy.deepcopy(item), "id": str(uuid.uuid4())}


def _tag(call: Call, identifier: Json) -> Entity | None:
    return call.tenant.store.find("deviceManagement/roleScopeTags", str(identifier))
