"""The data of the inventory sync's start surface: who may start it, and the types to choose from."""

from typing import Any

from tenantpilot.inventory import policy_types
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest


def sync_button(request: TenantRequest) -> dict[str, Any]:
    """Readers see it disabled, with the reason (UX-36)."""
    areas: dict[str, list[policy_types.PolicyType]] = {}
    for kind in policy_types.every():
        areas.setdefault(kind.area.label, []).append(kind)
    return {
        "may_sync": request.access.may(Capability.INVENTORY_SYNC),
        "why_not_sync": request.access.why_not(Capability.INVENTORY_SYNC),
        "type_areas": list(areas.items()),
        "type_count": len(policy_types.every()),
    }
