"""Recognizing an object that a create of ours has made, where no answer said so.

The name alone proves nothing: somebody else may create an object of the same name at the same moment. What the first
request of a create has sent stands in the object as it was sent; what further requests bring may still be missing.
"""

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.contracts.model import Contract, Create


def can_be_made_from(contract: Contract, payload: JsonObject, live: JsonObject) -> bool:
    """Return True if the object says what a create of the payload sends first, whatever follows later.

    What the payload leaves out is no evidence: Graph fills it in.
    """
    rules = contract.create or Create()
    if rules.path:
        # It is born of a template, with the settings of the template: its name is all that was sent.
        return True
    follows = {"assignments", *rules.without, *(action.part for action in rules.actions)}
    changed = {change.path.partition("[")[0].partition(".")[0] for change in differences(contract, payload, live)}
    return all(name in follows or payload.get(name) is None for name in changed)
