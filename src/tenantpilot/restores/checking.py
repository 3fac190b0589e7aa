"""Checking that the service still knows the settings and templates of what is to be written. Reads only."""

from collections.abc import Sequence

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.batch import Read
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.definitions import CATALOG, definition_addresses
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.errors import GraphNotFound, GraphStopped

Written = tuple[Contract, JsonObject, JsonObject | None]


def gone_definitions(client: GraphClient, written: Sequence[Written]) -> set[int]:
    """Return the places, in the list, of objects that use a definition or template which the service does not have.

    What the live object uses as well is known to exist, so it is not asked for.
    """
    used = {
        number: definition_addresses(payload) - definition_addresses(live or {})
        for number, (contract, payload, live) in enumerate(written)
        if contract.key in CATALOG
    }
    addresses = sorted({address for of_one in used.values() for address in of_one})
    answers = client.batch([Read(address) for address in addresses])
    for answer in answers:
        if isinstance(answer, GraphStopped):
            raise answer
    gone = {address for address, answer in zip(addresses, answers, strict=True) if isinstance(answer, GraphNotFound)}
    return {number for number, of_one in used.items() if of_one & gone}
