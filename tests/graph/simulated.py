"""Tenants of the simulator, and connections to them."""

from datetime import UTC, datetime
from typing import Any

from intunesim.generator import Plan, generate
from intunesim.server import Running
from intunesim.simulator import Simulator
from intunesim.state.tenant import Tenant

from tenantpilot.graph.client.connection import ClientSecret, GraphConnection


def filled(simulator: Simulator, name: str = "Contoso", *, policies: int = 120, **options: Any) -> Tenant:
    """A tenant with generated objects; `kinds` chooses among them."""
    kinds = options.pop("kinds", ())
    tenant = simulator.add_tenant(name, **options)
    return generate(tenant, Plan(policies=policies, kinds=kinds), now=datetime.now(UTC))


def connection_to_tenant(running: Running, tenant: Tenant, **changes: Any) -> GraphConnection:
    application = tenant.application
    facts: dict[str, Any] = {
        "entra_tenant_id": tenant.id,
        "client_id": application.client_id,
        "credential": ClientSecret(application.secrets[0].value) if application.secrets else ClientSecret("none"),
        "login_url": running.url,
        "graph_url": running.url,
        "simulator_origins": frozenset({running.url}),
    }
    return GraphConnection(**{**facts, **changes})
