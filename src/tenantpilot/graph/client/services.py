"""Find the part of Graph that a path belongs to: each counts requests for itself."""

from tenantpilot.graph.client.budget import Service

_DEVICES = "/deviceManagement"
_SCRIPTS = (
    "deviceManagementScripts",
    "deviceShellScripts",
    "deviceHealthScripts",
    "deviceComplianceScripts",
    "deviceCustomAttributeShellScripts",
    "managedDevices",
)
_ENROLLMENT = ("deviceEnrollmentConfigurations", "windowsAutopilotDeploymentProfiles", "depOnboardingSettings")
_RBAC = ("roleDefinitions", "roleAssignments", "roleScopeTags")
# Source: https://learn.microsoft.com/graph/throttling-limits
_PREFIXES = {
    **{f"{_DEVICES}/{name}": Service.INTUNE_DEVICES for name in _SCRIPTS},
    **{f"{_DEVICES}/{name}": Service.INTUNE_ENROLLMENT for name in _ENROLLMENT},
    **{f"{_DEVICES}/{name}": Service.INTUNE_RBAC for name in _RBAC},
    "/identity/conditionalAccess": Service.CONDITIONAL_ACCESS,
    _DEVICES: Service.INTUNE,
    "/deviceAppManagement": Service.INTUNE_APPS,
}


def service_of(path: str) -> Service:
    """Return the service behind a path that begins with its version, "/beta/deviceManagement/intents"."""
    _, _, below = path.lstrip("/").partition("/")
    matches = (service for prefix, service in _PREFIXES.items() if f"/{below}".startswith(prefix))
    return next(matches, Service.DIRECTORY)


def most_in_batch(service: Service) -> int:
    """Return the number of parts that a batch may have: a service of one request a second would refuse the second."""
    return 1 if service is Service.CONDITIONAL_ACCESS else 20
