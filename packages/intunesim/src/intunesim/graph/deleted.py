"""Deleted items: what Entra keeps for 30 days and can bring back.

Source: https://learn.microsoft.com/graph/api/resources/directory
"""

from intunesim.errors import GraphError, method_not_allowed, not_found
from intunesim.graph.changes import record_change
from intunesim.graph.messages import Answer, Call
from intunesim.graph.paging import cut_page
from intunesim.graph.reading import narrowed, page_rules
from intunesim.graph.showing import show
from intunesim.state import trash
from intunesim.state.entities import Entity


def list_deleted(call: Call) -> Answer:
    """Return the deleted objects of a collection."""
    if call.request.method != "GET":
        raise method_not_allowed(call.request.method)
    entities = narrowed(call, trash.deleted_items(call.tenant, call.collection))
    page = cut_page(entities, page_rules(call), call.request, call.query)
    bodies = [show(call, entity, call.query, in_list=True) for entity in page.items]
    link = {"@odata.nextLink": page.next_link} if page.next_link else {}
    return Answer(body={"@odata.context": call.context(f"{call.collection.path}"), **link, "value": bodies})


def one_deleted(call: Call) -> Answer:
    """Read a deleted object, or delete it for good."""
    entity = _deleted(call)
    if call.request.method == "GET":
        body = show(call, entity, call.query)
        return Answer(body={"@odata.context": call.context(f"{call.collection.path}/$entity"), **body})
    if call.request.method != "DELETE":
        raise method_not_allowed(call.request.method)
    trash.purge(call.tenant, call.collection, entity.id)
    record_change(call, "Purge", entity)
    return Answer(204)


def restore_deleted(call: Call) -> Answer:
    """Bring a deleted object back under its old id."""
    if call.request.method != "POST":
        raise method_not_allowed(call.request.method)
    entity = _deleted(call)
    if call.tenant.store.find(call.collection.path, entity.id) is not None:
        raise GraphError(409, "Conflict", "An object with this id exists already.", call.collection.origin)
    restored = trash.restore(call.tenant, call.collection, entity.id) or entity
    record_change(call, "Restore", restored)
    body = show(call, restored)
    return Answer(200, {"@odata.context": call.context(f"{call.collection.path}/$entity"), **body})


def _deleted(call: Call) -> Entity:
    entity = trash.find_deleted(call.tenant, call.collection, call.rest[0])
    if entity is None:
        raise not_found(call.rest[0], call.collection.origin)
    return entity
