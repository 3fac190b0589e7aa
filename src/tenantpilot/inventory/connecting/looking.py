"""Asking a tenant's Graph what the application may do there. Not for pages: it reaches Graph (GUARD-F)."""

from collections.abc import Iterable

from tenantpilot.graph.client.retries import RetryPolicy, Stop, Waits, never, nobody
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.read.probe import Probe, probe
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.tenancy.models import Tenant


def look(
    tenant: Tenant,
    contracts: Iterable[Contract],
    *,
    stop: Stop = never,
    waits: Waits = nobody,
    retry_policy: RetryPolicy | None = None,
) -> list[Probe]:
    """Sign in anew and read one object of every type; nothing is written to the tenant, nothing is kept.

    Raises CredentialMissing, CannotOpen, and GraphError when there is no token.
    """
    with graph_client(tenant, stop=stop, waits=waits, retry_policy=retry_policy) as client:
        return probe(client, contracts)
