"""Reading chosen policies whole, for whoever takes versions. Workers alone import it: it reaches Graph (GUARD-F).

A type of which most is wanted is read as a list, single policies by their ids. What a list does not show is asked for
by its id before it counts as missing, and what is not found by its id is looked up in the list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from tenantpilot.core.connections import released
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.errors import GraphError
from tenantpilot.graph.read.full import FullRead, read_by_id, read_types_whole, with_gone_confirmed
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant

Thing = TypeVar("Thing")

CHUNK = 200
FEW = 20
"""The number of policies of a type that one request reads; above it, the list is cheaper once it holds half of them."""


@dataclass(frozen=True)
class Portion:
    """Some policies of one type with what was read of each, or the error that stands for all of them."""

    contract: Contract
    policies: Sequence[Policy]
    reads: Sequence[FullRead] = ()
    error: GraphError | None = None


def read_chosen(client: GraphClient, tenant: Tenant, by_type: Mapping[str, Sequence[Policy]]) -> Iterator[Portion]:
    """Yield every policy once, with its read; portions have at most CHUNK policies, but for those with an error."""
    listed = [key for key in sorted(by_type) if _is_list_cheaper(tenant, key, len(by_type[key]))]
    for type_read in released(read_types_whole(client, [registry.get(key) for key in listed])):
        contract, policies = type_read.contract, by_type[type_read.contract.key]
        if type_read.error is not None:
            yield Portion(contract, policies, error=type_read.error)
            continue
        by_id = {policy_read.graph_id: policy_read for policy_read in type_read.reads}
        for chunk in portions(policy for policy in policies if policy.graph_id in by_id):
            yield Portion(contract, chunk, [by_id[policy.graph_id] for policy in chunk])
        yield from _read_by_id(client, contract, [policy for policy in policies if policy.graph_id not in by_id])
    for key in sorted(by_type.keys() - set(listed)):
        yield from _read_by_id(client, registry.get(key), by_type[key])


def portions(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """Yield the things, CHUNK at a time."""
    waiting = iter(things)
    while portion := list(islice(waiting, CHUNK)):
        yield portion


def _read_by_id(client: GraphClient, contract: Contract, policies: Iterable[Policy]) -> Iterator[Portion]:
    for chunk in portions(policies):
        reads = list(read_by_id(client, contract, [_known(policy) for policy in chunk]))
        yield Portion(contract, chunk, with_gone_confirmed(client, contract, reads))


def _is_list_cheaper(tenant: Tenant, key: str, count: int) -> bool:
    if registry.get(key).kind is Kind.SINGLETON:
        return True
    present = Policy.everywhere.of_tenant(tenant).of_type(key).present().count()
    return count > FEW and 2 * count >= present


def _known(policy: Policy) -> JsonObject:
    """Return the id of a policy, and its type where it has one, to read it by."""
    odata_type = policy.properties.get("@odata.type")
    return {"id": policy.graph_id} | ({"@odata.type": odata_type} if odata_type else {})
