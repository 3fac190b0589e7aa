"""Recognizing an object that a create of ours has made, where no answer said so.

The name alone proves nothing: somebody else may create an object of the same name at the same moment. What the first
request of a create has sent stands in the object as it was sent; what further requests bring may still be missing.
"""

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.compare.differences import Difference, Kind, differences
from tenantpilot.graph.contracts.model import Contract, Create


def can_be_made_from(contract: Contract, payload: JsonObject, live: JsonObject) -> bool:
    """Return True if the object says what a create of the payload sends first, whatever follows later.

    What the service has filled in by itself is no evidence: nobody has set it.
    """
    rules = contract.create or Create()
    if rules.path:
        # It is born of a template, with the settings of the template: its name is all that was sent.
        return True
    follows = {"assignments", *rules.without, *(action.part for action in rules.actions)}
    changes = differences(contract, payload, live)
    return all(_is_filled_in(change) or _part(change) in follows for change in changes)


def is_begun_from(contract: Contract, payload: JsonObject, live: JsonObject) -> bool:
    """Return True if the object is what a create of the payload has made, finished or not, and nobody has added to it.

    What was born of a template is not recognized: nothing says what it had at first.
    """
    if contract.create is not None and contract.create.path:
        return False
    changes = differences(contract, payload, live)
    return can_be_made_from(contract, payload, live) and all(
        change.kind is Kind.REMOVED or _is_filled_in(change) for change in changes
    )


def _is_filled_in(change: Difference) -> bool:
    """Return True if the service fills such a value in by itself; it writes no description and makes no list."""
    is_one_value = change.kind is Kind.ADDED and isinstance(change.after, str | bool | int)
    is_property = not change.path.endswith(("]", "description"))
    return change.kind is Kind.SERVICE_ADDED or (is_one_value and is_property)


def _part(change: Difference) -> str:
    """Return the property of the object in which the difference stands."""
    return change.path.partition("[")[0].partition(".")[0]
