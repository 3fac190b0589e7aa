"""Objects as answers show them, with what other objects of the tenant add to them."""

from intunesim.graph.conditional_access import with_strength
from intunesim.graph.messages import Call
from intunesim.json_types import JsonObject
from intunesim.odata.query import Query
from intunesim.odata.shaping import shape
from intunesim.state.entities import Entity

NO_QUERY = Query()


def show(call: Call, entity: Entity, query: Query = NO_QUERY, *, in_list: bool = False) -> JsonObject:
    """Return an object as this call shows it."""
    body = shape(call.collection, entity, query, call.view, in_list=in_list)
    return with_strength(call, body) if call.collection.key == "conditionalAccessPolicy" else body
