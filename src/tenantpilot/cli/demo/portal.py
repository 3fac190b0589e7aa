"""Changes that people make in the simulated portal of a sample tenant."""

from dataclasses import dataclass
from typing import Any

from tenantpilot.cli.demo import sample, simulator
from tenantpilot.cli.demo.people_and_places import SampleTenant
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy

ANNA, BERT = "anna.admin", "bert.helpdesk"
CATALOG, CLASSIC = "settingsCatalog", "deviceConfiguration"
ACCESS, COMPLIANCE = "conditionalAccessPolicy", "compliancePolicy"
SCRIPT = "powershellScript"


@dataclass(frozen=True)
class Edit:
    """A change of the policy of a type that has this number by name. Without `by` nobody is recorded.

    With `place`, the slug of a tenant, it is made there alone.
    """

    method: str
    policy_type: str
    number: int
    body: dict[str, Any]
    by: str = ""
    place: str = ""


def edit(port: int, place: SampleTenant, change: Edit) -> None:
    """Make the change; where the tenant has no such policy, nothing is done. Raises OSError."""
    if change.place not in ("", place.slug):
        return
    policies = Policy.everywhere.of_tenant(sample.tenant(place)).of_type(change.policy_type).present().by_name()
    graph_id = policies.values_list("graph_id", flat=True)[change.number : change.number + 1].first()
    if graph_id:
        person = f"?by={change.by}@{place.slug}.example" if change.by else ""
        path = registry.get(change.policy_type).path.strip("/")
        address = f"/_sim/tenants/{place.entra_tenant_id}/objects/{path}/{graph_id}{person}"
        simulator.control(port, change.method, address, change.body)
