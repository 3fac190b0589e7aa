"""The story of the demo's tenants: people change policies behind TenantPilot's back, and a sync captures it."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tenantpilot.cli.demo import sample, simulator
from tenantpilot.cli.demo.people_and_places import TENANTS, SampleTenant
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.inventory.services import start_sync
from tenantpilot.versions.services import start_capture

ANNA, BERT = "anna.admin", "bert.helpdesk"
CATALOG = "deviceManagement/configurationPolicies"
CLASSIC = "deviceManagement/deviceConfigurations"
ACCESS = "identity/conditionalAccess/policies"

Wait = Callable[[list[int]], None]


def play(port: int, wait: Wait) -> None:
    """Capture every tenant, let people change it, and sync with a capture of what changed. Raises OSError."""
    now = timezone.now()
    wait([_captured(place) for place in TENANTS])
    for place in TENANTS:
        _change(port, place)
    wait([start_sync(tenant=sample.tenant(place), initiator=None, now=now, capture=True).run.pk for place in TENANTS])


def _captured(place: SampleTenant) -> int:
    answer = start_capture(
        tenant=sample.tenant(place), initiator=None, selection=PolicyFilter(presence="present"), now=timezone.now()
    )
    return int(answer.run.pk)


def _change(port: int, place: SampleTenant) -> None:
    """Two people change settings, one switches a Conditional Access policy to report-only, one deletes a profile."""
    for number, name in enumerate((ANNA, BERT, ANNA)):
        words = {"description": f"Reviewed with the security team, step {number + 1}"}
        _edit(port, place, "PATCH", CATALOG, "settingsCatalog", number, words, by=name)
    _edit(port, place, "PATCH", ACCESS, "conditionalAccessPolicy", 0, {"state": "enabledForReportingButNotEnforced"})
    _edit(port, place, "DELETE", CLASSIC, "deviceConfiguration", 0, {}, by=BERT)


def _edit(
    port: int, place: SampleTenant, method: str, path: str, kind: str, number: int, body: dict[str, Any], by: str = ""
) -> None:
    policies = Policy.everywhere.of_tenant(sample.tenant(place)).of_type(kind).present().by_name()
    graph_id = policies.values_list("graph_id", flat=True)[number : number + 1].first()
    if graph_id:
        person = f"?by={by}@{place.slug}.example" if by else ""
        address = f"/_sim/tenants/{place.entra_tenant_id}/objects/{path}/{graph_id}{person}"
        simulator.control(port, method, address, body)
