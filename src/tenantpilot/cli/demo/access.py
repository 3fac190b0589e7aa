"""Conditional Access in the demo: emergency accounts, and policies that hold for everybody but them."""

from datetime import datetime
from typing import Any

from tenantpilot.cli.demo import sample, simulator
from tenantpilot.cli.demo.people_and_places import OLIVIA, SampleTenant
from tenantpilot.cli.demo.portal import ACCESS, ANNA, Edit
from tenantpilot.tenancy.emergency import Chosen, set_emergency_accounts
from tenantpilot.tenancy.emergency_accounts import EmergencyKind

EMERGENCY = {
    "e0e00000-0000-4000-8000-000000000001": "Emergency access 1",
    "e0e00000-0000-4000-8000-000000000002": "Emergency access 2",
}
REPORT_ONLY, ON = "enabledForReportingButNotEnforced", "enabled"


def _for_everybody(*clients: str, locations: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return conditions: everybody but the emergency accounts, in all apps."""
    nobody: dict[str, Any] = {"includeGroups": [], "excludeGroups": [], "includeRoles": [], "excludeRoles": []}
    return {
        "clientAppTypes": list(clients),
        "signInRiskLevels": [],
        "userRiskLevels": [],
        "servicePrincipalRiskLevels": [],
        **dict.fromkeys(("platforms", "devices", "clientApplications")),
        "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []},
        "users": {**nobody, "includeUsers": ["All"], "excludeUsers": list(EMERGENCY)},
        "locations": locations,
    }


_TRUSTED_ALONE = {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}
LEGACY_BLOCKED = Edit(
    "PATCH", ACCESS, 0, {"state": ON, "conditions": _for_everybody("exchangeActiveSync", "other")}, ANNA
)
"""The block of legacy authentication, which held for some groups, holds for everybody."""
LOCATIONS_REPORTED = Edit(
    "PATCH", ACCESS, 5, {"state": REPORT_ONLY, "conditions": _for_everybody("all", locations=_TRUSTED_ALONE)}, ANNA
)
LOCATIONS_BLOCKED = Edit("PATCH", ACCESS, 5, {"state": ON}, ANNA)
"""The block of unknown locations, which a group has tried, holds for everybody: in report-only, a week later On."""


def choose_emergency_accounts(port: int, place: SampleTenant, moment: datetime) -> None:
    """Let the tenant have two accounts for emergencies, and let Olivia choose them. Raises OSError."""
    for graph_id, name in EMERGENCY.items():
        address = f"{name.lower().replace(' ', '-')}@{place.slug}.example"
        account = {"id": graph_id, "displayName": name, "userPrincipalName": address, "accountEnabled": True}
        simulator.control(port, "POST", f"/_sim/tenants/{place.entra_tenant_id}/objects/users", account)
    chosen = [Chosen(EmergencyKind.USER, graph_id, name) for graph_id, name in EMERGENCY.items()]
    set_emergency_accounts(sample.tenant(place), chosen, actor=sample.person(OLIVIA), now=moment)
