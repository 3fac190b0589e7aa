"""The assign actions: each replaces every assignment of an object by the list it is given."""

import copy
import uuid

from intunesim.catalog import COLLECTIONS, Assign, Collection
from intunesim.catalog.types import type_table
from intunesim.errors import GraphError, Origin, bad_request
from intunesim.graph.bodies import objects
from intunesim.graph.changes import record_change
from intunesim.graph.messages import Answer, Call
from intunesim.graph.reading import existing
from intunesim.json_types import Json, JsonObject
from intunesim.state.building import settle
from intunesim.state.lagging import visible
from intunesim.state.store import kept_under
from intunesim.state.tenant import named_id

NO_FILTER = (None, "", "00000000-0000-0000-0000-000000000000")
WITH_GROUP = ("groupAssignmentTarget", "exclusionGroupAssignmentTarget")
NO_FILTER_CHOSEN: JsonObject = {
    "deviceAndAppManagementAssignmentFilterId": None,
    "deviceAndAppManagementAssignmentFilterType": "none",
}
TENANT_WIDE = ("allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget")


def assign(call: Call, identifier: str) -> Answer:
    """POST {id}/assign with the body key of this collection."""
    rule = call.collection.assign
    assert rule is not None  # the router asks for actions that exist
    entity = existing(call, identifier)
    payload = call.request.json()
    items = objects(payload, rule.body_key, required=True, origin=call.collection.origin)
    if items and entity.body.get("publishingState") == "notPublished":
        raise bad_request("The app is not published: its content was not uploaded.", Origin.INTUNE)
    assignments = [_assignment(call, rule, entity.id, item) for item in items]
    _refuse_repeated_targets(assignments)
    entity.children["assignments"] = assignments
    settle(call.collection, entity)
    call.tenant.store.put(kept_under(call.collection), entity)
    record_change(call, "Assign", entity)
    if rule.status == 204:
        return Answer(204)
    context = call.context(f"Collection(microsoft.graph.{assignment_type(call.collection)})")
    return Answer(rule.status, {"@odata.context": context, "value": copy.deepcopy(assignments)})


def assignment_type(collection: Collection) -> str:
    """Return the type of a collection's assignments, without its namespace."""
    info = type_table().find(collection.entity)
    declared_type = info.properties.get("assignments", "") if info else ""
    return declared_type.rpartition(":")[2] or f"{collection.entity}Assignment"


def check_target(call: Call, target: Json, rule: Assign) -> JsonObject:
    """Raises 400 or 404 for a target that cannot be assigned to."""
    if not isinstance(target, dict):
        raise bad_request("An assignment needs a target.", Origin.INTUNE)
    type_name = str(target.get("@odata.type", "")).removeprefix("#microsoft.graph.")
    is_target = type_table().is_of(type_name, "deviceAndAppManagementAssignmentTarget")
    if not is_target and not type_name.startswith("cloudPc"):
        raise bad_request(f"'{target.get('@odata.type')}' is not a type of assignment target.", Origin.INTUNE)
    if type_name in TENANT_WIDE and not rule.tenant_wide_targets:
        raise bad_request(f"The target '{type_name}' is not supported for this policy.", Origin.INTUNE)
    if type_name in WITH_GROUP and not target.get("groupId"):
        raise bad_request(f"groupId is required for the target '{type_name}'.", Origin.INTUNE)
    if "groupId" in target:
        _check_group(call, str(target["groupId"]))
    _check_filter(call, target)
    return target


def _assignment(call: Call, rule: Assign, owner: str, item: JsonObject) -> JsonObject:
    target = check_target(call, item.get("target"), rule)
    if rule.body_key == "mobileAppAssignments" and not item.get("intent"):
        raise bad_request("intent is required.", Origin.INTUNE)
    body = {
        name: value
        for name, value in copy.deepcopy(item).items()
        if name != "id" and not name.endswith("@odata.context")
    }
    info = type_table().find(assignment_type(call.collection))
    source = {"source": "direct", "sourceId": owner} if info and "source" in info.properties else {}
    body["target"] = {**NO_FILTER_CHOSEN, **body["target"]}
    return {"id": _assignment_id(owner, target), **source, **body}


def _assignment_id(owner: str, target: JsonObject) -> str:
    whom = target.get("groupId") or named_id("target", str(target.get("@odata.type")))
    return f"{owner}_{whom}" if len(owner) < 80 else str(uuid.uuid4())


def _refuse_repeated_targets(assignments: list[JsonObject]) -> None:
    targets_so_far: set[tuple[str, str, str]] = set()
    for item in assignments:
        target = item["target"]
        key = (
            str(target.get("groupId") or target.get("@odata.type")).lower(),
            str(item.get("intent")),
            str(item.get("sourceId")),
        )
        if key in targets_so_far:
            raise bad_request(f"The target '{key[0]}' occurs more than once in the assignments.", Origin.INTUNE)
        targets_so_far.add(key)


def _check_group(call: Call, group_id: str) -> None:
    if visible(call.tenant, COLLECTIONS["groups"], group_id) is None:
        raise GraphError(
            400, "BadRequest", f"The group '{group_id}' of an assignment target does not exist.", Origin.INTUNE
        )


def _check_filter(call: Call, target: JsonObject) -> None:
    filter_id = target.get("deviceAndAppManagementAssignmentFilterId")
    if filter_id in NO_FILTER:
        return
    if call.tenant.store.find("deviceManagement/assignmentFilters", str(filter_id)) is None:
        raise bad_request(
            f"Scope Tags validation failed : Filters {filter_id} are not found or are out of scope.", Origin.INTUNE
        )
