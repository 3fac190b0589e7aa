"""Changes of objects, stored and noted where Graph notes them."""

from intunesim.graph import audit, delta
from intunesim.graph.messages import Call
from intunesim.state.building import settle, stamp
from intunesim.state.entities import Entity
from intunesim.state.store import kept_under


def record_change(call: Call, activity: str, entity: Entity) -> None:
    """Note a change among the audit events and the changes of groups."""
    audit.record(call, activity, entity)
    delta.record(call, activity, entity)


def store_change(call: Call, activity: str, entity: Entity) -> None:
    """Stamp, store and note an object that an action has changed."""
    stamp(call.collection, entity.body, now=call.now)
    settle(call.collection, entity)
    call.tenant.store.put(kept_under(call.collection), entity)
    record_change(call, activity, entity)
