"""Groups and what belongs to them: members, owners, names behind ids.

Source: https://learn.microsoft.com/graph/api/resources/group
"""

from collections.abc import Iterator

from intunesim.errors import GraphError, Origin, bad_request, method_not_allowed, not_found
from intunesim.graph import delta
from intunesim.graph.messages import Answer, Call
from intunesim.graph.paging import PageRules, cut_page
from intunesim.graph.reading import counts, existing, to_write
from intunesim.json_types import JsonObject
from intunesim.odata.shaping import selected
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant

KINDS = {"group": "groups", "user": "users"}
MOST_IDS = 1000
ALREADY = "One or more added object references already exist for the following modified properties:"


def get_by_ids(call: Call) -> Answer:
    """POST directoryObjects/getByIds: what stands behind up to 1,000 ids; unknown ones are left out."""
    if call.request.method != "POST":
        raise method_not_allowed(call.request.method)
    body = call.request.json()
    ids = body.get("ids")
    if not isinstance(ids, list) or not ids or len(ids) > MOST_IDS:
        raise bad_request(
            f"Invalid value specified for property 'ids': between 1 and {MOST_IDS} ids are expected.", Origin.DIRECTORY
        )
    kinds = [object_type for object_type in body.get("types") or KINDS if object_type in KINDS]
    objects = [
        directory_entry
        for identifier in ids
        if (directory_entry := directory_object(call.tenant, str(identifier), kinds))
    ]
    return Answer(body={"@odata.context": call.context("directoryObjects"), "value": objects})


def get_directory_object(call: Call) -> Answer:
    """GET directoryObjects/{id}."""
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    directory_entry = directory_object(call.tenant, call.rest[0])
    if directory_entry is None:
        raise not_found(call.rest[0], Origin.DIRECTORY)
    return Answer(body={"@odata.context": call.context("directoryObjects/$entity"), **directory_entry})


def directory_object(tenant: Tenant, identifier: str, kinds: list[str] | None = None) -> JsonObject | None:
    """Return a group or a person with its type, as the directory shows it among others."""
    for object_type in kinds or list(KINDS):
        entity = tenant.store.find(KINDS[object_type], identifier)
        if entity is not None:
            return {**entity.body, "@odata.type": f"#microsoft.graph.{object_type}"}
    return None


def list_members(call: Call) -> Answer:
    """Members, owners, members of members, or the groups that a group is in."""
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    group, relation = existing(call, call.rest[0]), call.rest[-1]
    if relation == "$count":
        return Answer(raw=str(len(_ids(group, "members"))).encode(), headers={"Content-Type": "text/plain"})
    ids = list(_related(call.tenant, group, relation))
    page = cut_page(ids, PageRules(default=100, maximum=999), call.request, call.query)
    members = [_shown(call, identifier) for identifier in page.items]
    body: JsonObject = {"@odata.context": call.context("directoryObjects")}
    if counts(call) and page.number == 1:
        body["@odata.count"] = len(ids)
    if page.next_link:
        body["@odata.nextLink"] = page.next_link
    return Answer(body={**body, "value": members})


def change_references(call: Call) -> Answer:
    """POST {group}/members/$ref: add one member or owner."""
    if call.request.method != "POST":
        raise method_not_allowed(call.request.method)
    group, relation = to_write(call, call.rest[0]), _relation(call)
    link = str(call.request.json().get("@odata.id", ""))
    add_references(call, group, relation, [link])
    return Answer(204)


def add_references(call: Call, group: Entity, relation: str, links: list[str]) -> None:
    """Add members or owners by their links. Raises 400 and 404."""
    if links:
        _refuse_managed(group, relation)
    for link in links:
        identifier = link.rstrip("/").rsplit("/", 1)[-1].removesuffix("')").rsplit("('", 1)[-1]
        if directory_object(call.tenant, identifier) is None:
            raise not_found(identifier, Origin.DIRECTORY)
        if identifier in _ids(group, relation):
            text = f"{ALREADY} '{relation}'."
            raise bad_request(text, Origin.DIRECTORY)
        group.children.setdefault(relation, []).append({"id": identifier})
        _keep(call, group, relation, {"id": identifier})


def remove_reference(call: Call) -> Answer:
    """DELETE {group}/members/{id}/$ref."""
    if call.request.method != "DELETE":
        raise method_not_allowed(call.request.method)
    group, identifier, relation = to_write(call, call.rest[0]), call.rest[1], _relation(call)
    _refuse_managed(group, relation)
    if identifier not in _ids(group, relation):
        raise not_found(identifier, Origin.DIRECTORY)
    group.children[relation] = [child for child in group.children[relation] if child["id"] != identifier]
    _keep(call, group, relation, {"id": identifier, "@removed": {"reason": "deleted"}})
    return Answer(204)


def _relation(call: Call) -> str:
    return next(name for name in ("members", "owners") if f"/{name}/" in f"/{call.request.path.lower()}/")


def _refuse_managed(group: Entity, relation: str) -> None:
    if relation == "members" and "DynamicMembership" in (group.body.get("groupTypes") or []):
        text = "Insufficient privileges to complete the operation: the members of a dynamic group follow from its rule."
        raise GraphError(403, "Authorization_RequestDenied", text, Origin.DIRECTORY)
    if group.body.get("onPremisesSyncEnabled"):
        text = "Unable to update the specified properties for on-premises mastered Directory Sync objects."
        raise bad_request(text, Origin.DIRECTORY)


def _keep(call: Call, group: Entity, relation: str, member: JsonObject) -> None:
    call.tenant.store.put(call.collection.path, group)
    if relation == "members":
        delta.note(call.tenant, group.id, now=call.now, member=member)


def _ids(group: Entity, relation: str) -> list[str]:
    return [str(child["id"]) for child in group.children.get(relation, [])]


def _related(tenant: Tenant, group: Entity, relation: str) -> Iterator[str]:
    if relation == "memberof":
        yield from (entity.id for entity in tenant.store.entities("groups") if group.id in _ids(entity, "members"))
    elif relation == "transitivemembers":
        yield from _transitive(tenant, group, set())
    else:
        yield from _ids(group, "owners" if relation == "owners" else "members")


def _transitive(tenant: Tenant, group: Entity, visited: set[str]) -> Iterator[str]:
    for identifier in _ids(group, "members"):
        if identifier in visited:
            continue
        visited.add(identifier)
        yield identifier
        inner = tenant.store.find("groups", identifier)
        if inner is not None:
            yield from _transitive(tenant, inner, visited)


def _shown(call: Call, identifier: str) -> JsonObject:
    directory_entry = directory_object(call.tenant, identifier) or {
        "@odata.type": "#microsoft.graph.directoryObject",
        "id": identifier,
    }
    return selected(directory_entry, call.query.select) if call.query.select else directory_entry
