"""The price of a call, for the limits that it counts in."""

from intunesim.catalog import Limit
from intunesim.graph.messages import Call
from intunesim.limits import Charge

COSTS = {"transitivemembers": 5.0, "members": 3.0, "memberof": 3.0, "getbyids": 3.0, "delta": 3.0}


def charge_of(call: Call) -> Charge:
    """Return the charge of a call for the limiter."""
    limit = call.collection.limit
    return Charge(
        limit=limit,
        origin=call.collection.origin,
        tenant_id=call.caller.tenant_id,
        client_id=call.caller.client_id,
        writes=call.writes,
        cost=resource_units(call) if limit is Limit.IDENTITY else 1.0,
        now=call.now,
    )


def resource_units(call: Call) -> float:
    """Return the price of a call to the directory: a base, more for $expand, less for $select and for small pages."""
    last = call.rest[-1].lower() if call.rest else ""
    query = call.query
    cost = COSTS.get(last, 1.0) + bool(query.expand) - bool(query.select) - bool(query.top and query.top < 20)
    return max(cost, 1.0)
