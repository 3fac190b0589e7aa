"""The address of a policy in Microsoft's own consoles."""

from urllib.parse import quote

from tenantpilot.graph.clouds import CLOUDS, cloud_of
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.policy_types import Area, UnknownPolicyType
from tenantpilot.inventory.policy_types import get as policy_type
from tenantpilot.tenancy.models import Tenant

INTUNE = {
    "global": "https://intune.microsoft.com",
    "us-government-l4": "https://intune.microsoft.us",
    "us-government-l5": "https://intune.microsoft.us",
}
"""The Intune console by cloud; where there is none of its own, Entra's opens."""
# The blades that take the id of an object. Where none is known, the list of the area is opened.
OBJECTS = {
    "settingsCatalog": "view/Microsoft_Intune_Workflows/PolicySummaryBlade/policyId/{id}",
    "mobileApp": "view/Microsoft_Intune_Apps/SettingsMenu/~/0/appId/{id}",
    "conditionalAccessPolicy": "view/Microsoft_AAD_ConditionalAccess/PolicyBlade/policyId/{id}",
    "group": "view/Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/{id}",
}
AREAS = {
    Area.CONFIGURATION: "view/Microsoft_Intune_DeviceSettings/DevicesMenu/~/configuration",
    Area.COMPLIANCE: "view/Microsoft_Intune_DeviceSettings/DevicesMenu/~/compliance",
    Area.CONDITIONAL_ACCESS: "view/Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade",
    Area.SCRIPTS: "view/Microsoft_Intune_DeviceSettings/DevicesMenu/~/scripts",
    Area.APPS: "view/Microsoft_Intune_DeviceSettings/AppsMenu/~/overview",
    Area.ENROLLMENT: "view/Microsoft_Intune_DeviceSettings/DevicesMenu/~/enrollment",
    Area.UPDATES: "view/Microsoft_Intune_DeviceSettings/DevicesMenu/~/windows10Update",
    Area.CLOUD_PC: "view/Microsoft_Intune_DeviceSettings/DevicesMenu/~/windows365",
    Area.ADMINISTRATION: "view/Microsoft_Intune_DeviceSettings/TenantAdminMenu/~/tenantStatus",
}
OF_ENTRA = ("group",)


def portal_url(tenant: Tenant, policy: Policy, *, to_the_list: bool = False) -> str:
    """Return the address of the policy's page, or of the list that holds it; empty for a type that is not known.

    A policy that was deleted has no page: ask for the list then.
    """
    try:
        area = policy_type(policy.type).area
    except UnknownPolicyType:
        return ""
    cloud = cloud_of(tenant.graph_url) if tenant.graph_url else CLOUDS[0]
    in_entra = policy.type in OF_ENTRA or area is Area.CONDITIONAL_ACCESS
    console = cloud.portal_url if in_entra else INTUNE.get(cloud.name, cloud.portal_url)
    blade = AREAS[area] if to_the_list else OBJECTS.get(policy.type, AREAS[area])
    return f"{console}/#{blade.format(id=quote(policy.graph_id, safe=''))}"


def opens_the_object(policy: Policy) -> bool:
    """Return True if the address leads to the object itself, and not to a list."""
    return policy.type in OBJECTS
