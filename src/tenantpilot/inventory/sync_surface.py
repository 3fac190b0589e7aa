"""The data of the inventory sync's start surface: who may start it, and the types to choose from."""

from typing import Any

from tenantpilot.inventory import policy_types
from tenantpilot.tenancy.access import TenantAccess
from tenantpilot.tenancy.capabilities import Capability


def sync_button(access: TenantAccess) -> dict[str, Any]:
    """Readers see it disabled, with the reason (UX-36)."""
    areas: dict[str, list[policy_types.PolicyType]] = {}
    for policy_type in policy_types.every():
        areas.setdefault(policy_type.area.label, []).append(policy_type)
    return {
        "may_sync": access.may(Capability.INVENTORY_SYNC),
        "why_not_sync": access.why_not(Capability.INVENTORY_SYNC),
        "type_areas": list(areas.items()),
        "type_count": len(policy_types.every()),
    }
