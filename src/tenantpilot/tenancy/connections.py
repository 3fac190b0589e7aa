"""Connect to a tenant's Graph. Only handlers import it: it leads to the Graph client (GUARD-F)."""

from django.conf import settings

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.connection import Certificate, ClientSecret, Credential, GraphConnection
from tenantpilot.graph.client.retries import RetryPolicy, Stop, Waits, nobody
from tenantpilot.tenancy.credentials import OpenCredential, open_credential
from tenantpilot.tenancy.models import Tenant, TenantCredential
from tenantpilot.tenancy.rate_budget import budget_of


def graph_client(
    tenant: Tenant, *, stop: Stop, waits: Waits = nobody, retry_policy: RetryPolicy | None = None
) -> GraphClient:
    """Return a client that keeps to the rate which all workers of the deployment share.

    `stop` ends waits and further requests, `waits` is told of long ones before. Raises CredentialMissing, CannotOpen.
    """
    connection = graph_connection(tenant)
    budget = budget_of(connection.entra_tenant_id)
    return GraphClient(connection, stop=stop, waits=waits, budget=budget, retry_policy=retry_policy)


def graph_connection(tenant: Tenant) -> GraphConnection:
    """Raises CredentialMissing, CannotOpen. In the demo and the tests every host is the simulator's."""
    credential = open_credential(tenant)
    simulator = settings.GRAPH_SIMULATOR_URL
    return GraphConnection(
        entra_tenant_id=str(tenant.entra_tenant_id),
        client_id=credential.client_id,
        credential=_credential(credential),
        login_url=simulator or tenant.login_url,
        graph_url=simulator or tenant.graph_url,
        ca_file=settings.GRAPH_CA_FILE,
        proxy_url="" if simulator else settings.GRAPH_PROXY,
        simulator_origins=frozenset({simulator} if simulator else ()),
    )


def _credential(credential: OpenCredential) -> Credential:
    if credential.kind == TenantCredential.Kind.CERTIFICATE:
        # One PEM text holds both: the client takes from each what it needs.
        return Certificate(public_pem=credential.secret, private_key_pem=credential.secret)
    return ClientSecret(credential.secret)
