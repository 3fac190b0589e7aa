"""Reads one object whole by its id."""

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.errors import GraphNotFound, GraphNotShown
from tenantpilot.graph.read.full import FullRead, read_by_id

LOOKS_UNTIL_SHOWN = 12


def read_object(client: GraphClient, contract: Contract, graph_id: str, *, odata_type: str = "") -> JsonObject | None:
    """Return the whole object as it stands; None when it is gone. Raises GraphError."""
    full_read = _read(client, contract, graph_id, odata_type)
    return None if isinstance(full_read.error, GraphNotFound) else _payload_of(full_read)


def read_when_shown(client: GraphClient, contract: Contract, graph_id: str, *, odata_type: str = "") -> JsonObject:
    """Return a new object whole as soon as Graph shows it. Raises GraphError, GraphNotFound when it does not.

    Entra shows late what was created, its parts too, and until then refuses what refers to it.
    """
    full_read = _read(client, contract, graph_id, odata_type)
    for _look in range(LOOKS_UNTIL_SHOWN):
        if not isinstance(full_read.error, GraphNotFound | GraphNotShown):
            break
        client.pause(client.retry_policy.look_seconds)
        full_read = _read(client, contract, graph_id, odata_type)
    return _payload_of(full_read)


def _read(client: GraphClient, contract: Contract, graph_id: str, odata_type: str) -> FullRead:
    identity = {"id": graph_id, **({"@odata.type": odata_type} if odata_type else {})}
    (full_read,) = read_by_id(client, contract, [identity])
    return full_read


def _payload_of(full_read: FullRead) -> JsonObject:
    if full_read.payload is None:
        raise full_read.error or AssertionError("a read has an object or an error")
    return full_read.payload
