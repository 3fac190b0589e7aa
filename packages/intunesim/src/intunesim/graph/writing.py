"""POST, PATCH, PUT and DELETE of objects, with the rules that Graph holds them to."""

import fnmatch
import json
import re

from intunesim.catalog import COLLECTIONS, Reference
from intunesim.errors import GraphError, Origin, bad_request, method_not_allowed
from intunesim.graph.binding import bind
from intunesim.graph.bodies import check_children, texts
from intunesim.graph.changes import record_change
from intunesim.graph.conditional_access import check_policy, check_strength_reference, merged
from intunesim.graph.constraints import CONTENT_TYPES, check_contents, check_group, check_unique, check_unused
from intunesim.graph.groups import add_references
from intunesim.graph.known_settings import remember_definitions
from intunesim.graph.messages import Answer, Call
from intunesim.graph.reading import to_write
from intunesim.graph.showing import show
from intunesim.graph.typecheck import check_payload, check_type
from intunesim.json_types import Json, JsonObject
from intunesim.state.building import (
    build_entity,
    next_priority,
    settle,
    stamp,
    with_full_types,
    without_annotations,
)
from intunesim.state.entities import Entity, take_apart
from intunesim.state.lagging import note_removal, note_write, visible
from intunesim.state.secrets import mask_written
from intunesim.state.store import kept_under
from intunesim.state.trash import trash

LINKED = ("members", "owners")
TEMPLATE_REFERENCE = re.compile(r'"settingInstanceTemplateId": "([^"]+)"')


def create(call: Call) -> Answer:
    """POST to a collection: a new object, with an id of the service's choosing."""
    collection = call.collection
    if not collection.creates:
        raise method_not_allowed(call.request.method)
    payload = call.request.json()
    type_name = check_type(collection, payload)
    check_rules(call, payload, type_name)
    for name in collection.required:
        if payload.get(name) in (None, ""):
            raise bad_request(f"{name} is required.", collection.origin)
    _check_new(call, payload)
    for name in collection.refused_on_create:
        if name in payload:
            raise bad_request(f"The property '{name}' is read-only and cannot be set.", collection.origin)
    check_references(call, payload)
    check_template(call, payload)
    _check_room(call)
    links = {name: _links(payload, name) for name in LINKED} if collection.key == "group" else {}
    entity = build_entity(call.tenant, collection, bind(call, _written(call, payload)), now=call.now)
    if collection.key == "mobileApp" and type_name in CONTENT_TYPES:
        entity.body["publishingState"] = "notPublished"
    if collection.key == "enrollmentConfiguration":
        entity.body["priority"] = next_priority(call.tenant, collection, str(payload.get("@odata.type")))
    body = keep_new(call, entity)
    for relation, linked_objects in links.items():
        add_references(call, entity, relation, linked_objects)
    return Answer(collection.create_status, body, {"Location": f"{call.request.address}('{entity.id}')"})


def keep_new(call: Call, entity: Entity) -> JsonObject:
    """Store a new object, note it in the audit log, and answer what a client gets to see of it."""
    collection = call.collection
    mask_written(collection, entity)
    call.tenant.store.put(kept_under(collection), entity)
    note_write(call.tenant, collection, entity, None)
    record_change(call, "Create", entity)
    context = call.context(f"{collection.path}/$entity")
    return {"@odata.context": context, **show(call, entity)}


def update(call: Call, identifier: str) -> Answer:
    """PATCH an object: what is named changes, the rest stays."""
    collection = call.collection
    if "PATCH" not in collection.updates:
        raise method_not_allowed("PATCH")
    entity = to_write(call, identifier)
    payload = call.request.json()
    _check_update(call, entity, payload)
    for relation in LINKED if collection.key == "group" else ():
        add_references(call, entity, relation, _links(payload, relation))
    before = entity.clone()
    own_type = {"@odata.type": entity.body["@odata.type"]} if "@odata.type" in entity.body else {}
    written = without_annotations(with_full_types(bind(call, _written(call, payload))))
    body, children = take_apart(collection, {**written, **own_type})
    if "settings" in children and "PUT" in collection.updates:
        raise bad_request("Settings cannot be changed by PATCH; replace the policy by PUT.", collection.origin)
    protected = {"id", collection.created, collection.modified}
    changes = {name: value for name, value in body.items() if name not in protected}
    entity.body = merged(entity.body, changes) if collection.merges else {**entity.body, **changes}
    if collection.key == "conditionalAccessPolicy":
        _refuse_broken_policy(entity, before)
    if changes.get("committedContentVersion"):
        entity.body["publishingState"] = "published"
    entity.children.update(children)
    return _changed(call, entity, before)


def replace(call: Call, identifier: str) -> Answer:
    """PUT an object: settings are replaced as one list."""
    collection = call.collection
    if "PUT" not in collection.updates:
        raise method_not_allowed("PUT")
    entity = to_write(call, identifier)
    payload = call.request.json()
    check_rules(call, payload, check_type(collection, payload))
    for name in collection.required:
        if payload.get(name) in (None, ""):
            raise bad_request(f"{name} is required.", collection.origin)
    before = entity.clone()
    fresh = build_entity(
        call.tenant, collection, bind(call, _written(call, payload)), now=call.now, identifier=entity.id
    )
    entity.body = {
        **fresh.body,
        **({collection.created: before.body.get(collection.created)} if collection.created else {}),
    }
    entity.children = {**before.children, **fresh.children}
    return _changed(call, entity, before)


def delete(call: Call, identifier: str) -> Answer:
    """DELETE an object; Entra keeps it among the deleted items for 30 days, Intune does not."""
    collection = call.collection
    if not collection.deletes:
        raise method_not_allowed("DELETE")
    entity = to_write(call, identifier)
    _check_deletable(call, entity)
    check_unused(call, entity)
    remember_definitions(call.tenant, now=call.now)
    call.tenant.store.remove(kept_under(collection), entity.id)
    note_removal(call.tenant, collection, entity)
    if collection.soft_delete and (collection.key != "group" or "Unified" in (entity.body.get("groupTypes") or [])):
        trash(call.tenant, collection, entity, now=call.now)
    record_change(call, "Delete", entity)
    return Answer(collection.delete_status)


def check_rules(call: Call, payload: JsonObject, type_name: str) -> None:
    """Raises 400 for a payload that its type does not allow."""
    check_children(call.collection, payload)
    check_contents(call.collection, payload)
    refuse_unknown = call.tenant.habits.refuse_unknown_properties
    version, origin = call.request.version, call.collection.origin
    check_payload(type_name, payload, version=version, origin=origin, refuse_unknown=refuse_unknown)
    if call.collection.key == "conditionalAccessPolicy":
        check_strength_reference(payload)


def check_template(call: Call, payload: JsonObject) -> None:
    """Raises 400 for a policy made from a template, or a version of one, that this tenant does not have."""
    reference = payload.get("templateReference")
    template = str(reference.get("templateId") or "") if isinstance(reference, dict) else ""
    if not template or not any(
        fnmatch.fnmatchcase(template, pattern) for pattern in call.tenant.habits.missing_templates
    ):
        return
    template_match = TEMPLATE_REFERENCE.search(json.dumps(payload.get("settings")))
    invalid = template_match.group(1) if template_match else template
    text = f"Info\nInvalid Reference id found in Policy  created from Template {template}\nPolicyId\n\n"
    raise bad_request(f"{text}TemplateId\n{template}\nInvalidReferenceId\n{invalid}", call.collection.origin)


def check_references(call: Call, payload: JsonObject) -> None:
    """Raises 400 when the payload names an object that this tenant does not have."""
    if not call.tenant.habits.check_references:
        return
    for reference in call.collection.references:
        for identifier in _named(payload, reference.property.split(".")):
            if identifier not in reference.special and not _exists(call, reference, identifier):
                raise bad_request(_missing_reference(reference, identifier), call.collection.origin)


def _check_new(call: Call, payload: JsonObject) -> None:
    """Raises 400 for what only a new object can get wrong."""
    key = call.collection.key
    check_unique(call, payload)
    if key == "group":
        check_group(payload)
    if key == "conditionalAccessPolicy":
        check_policy(payload)
    if key == "roleAssignment" and "roleDefinition@odata.bind" not in payload:
        raise bad_request("roleDefinition@odata.bind is required.", call.collection.origin)


def _refuse_broken_policy(entity: Entity, before: Entity) -> None:
    """Raises 400, and leaves the policy as it was, when a change takes away what a policy must say."""
    try:
        check_policy(entity.body)
    except GraphError:
        entity.body = before.body
        raise


def _check_update(call: Call, entity: Entity, payload: JsonObject) -> None:
    collection = call.collection
    type_name = check_type(collection, payload)
    own_type = entity.body.get("@odata.type")
    if collection.abstract and payload["@odata.type"] != own_type:
        raise bad_request(f"The type of an object cannot be changed: it is '{own_type}'.", collection.origin)
    check_rules(call, payload, type_name)
    check_unique(call, payload, owner=entity.id)
    for name in collection.refused_on_update:
        if name in payload:
            raise bad_request(f"The property '{name}' is read-only and cannot be updated.", collection.origin)
    check_references(call, payload)
    if entity.body.get("isBuiltIn") or entity.body.get("policyType") == "builtIn":
        raise bad_request("A built-in object cannot be changed.", collection.origin)
    if entity.body.get("onPremisesSyncEnabled"):
        raise bad_request(
            "Unable to update the specified properties for on-premises mastered Directory Sync objects.",
            collection.origin,
        )


def _changed(call: Call, entity: Entity, before: Entity) -> Answer:
    collection = call.collection
    stamp(collection, entity.body, now=call.now)
    settle(collection, entity)
    mask_written(collection, entity)
    call.tenant.store.put(kept_under(collection), entity)
    note_write(call.tenant, collection, entity, before)
    record_change(call, "Patch", entity)
    if collection.update_status == 204:
        return Answer(204)
    return Answer(
        200,
        {
            "@odata.context": call.context(f"{collection.path}/$entity"),
            **show(call, entity),
        },
    )


def _links(payload: JsonObject, relation: str) -> list[str]:
    name = f"{relation}@odata.bind"
    links = texts(payload, name, origin=Origin.DIRECTORY)
    payload.pop(name, None)
    return links


def _written(call: Call, payload: JsonObject) -> JsonObject:
    """Return the properties that a write of the object reaches; assignments are set by their own action."""
    if call.collection.key == "policySet":
        return payload
    return {name: value for name, value in payload.items() if name != "assignments"}


def _check_room(call: Call) -> None:
    most = call.collection.most
    if most and len(call.tenant.store.entities(kept_under(call.collection))) >= most:
        raise bad_request(f"A tenant has at most {most} of these objects.", call.collection.origin)


def _check_deletable(call: Call, entity: Entity) -> None:
    collection, body = call.collection, entity.body
    built_in = body.get("isBuiltIn") or body.get("policyType") == "builtIn" or body.get("isDefaultProfile")
    default_row = collection.key == "enrollmentConfiguration" and body.get("priority") == 0
    if built_in or default_row or body.get("isDefaultManagedAppPolicy"):
        raise bad_request("A built-in object cannot be deleted.", collection.origin)
    if collection.key == "namedLocation" and body.get("isTrusted"):
        raise bad_request(
            "1041: A trusted named location cannot be deleted. Remove the trust first.", collection.origin
        )
    if collection.key == "autopilotProfile" and entity.children.get("assignments"):
        raise bad_request("The profile has assignments. Remove them before it is deleted.", collection.origin)


def _named(value: Json, path: list[str]) -> list[str]:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _exists(call: Call, reference: Reference, identifier: str) -> bool:
    return visible(call.tenant, COLLECTIONS[reference.collection], identifier) is not None


def _missing_reference(reference: Reference, identifier: str) -> str:
    collection_name = reference.collection.rsplit("/", 1)[-1]
    return (
        "The server could not process the request because it is malformed or incorrect. "
        f"1020: '{reference.property}' names '{identifier}', "
        f"which is not among the {collection_name} of this directory."
    )
