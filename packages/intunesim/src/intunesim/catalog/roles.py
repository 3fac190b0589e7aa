"""Application permissions by area: which roles may read, which may write.

Source: https://learn.microsoft.com/graph/permissions-reference
"""

from typing import NamedTuple


class Roles(NamedTuple):
    """The roles of which any one suffices."""

    to_read: tuple[str, ...]
    to_write: tuple[str, ...]


def _pair(area: str) -> Roles:
    writer = f"{area}.ReadWrite.All"
    return Roles(to_read=(f"{area}.Read.All", writer), to_write=(writer,))


CONFIGURATION = _pair("DeviceManagementConfiguration")
SCRIPTS = _pair("DeviceManagementScripts")
APPS = _pair("DeviceManagementApps")
SERVICE = _pair("DeviceManagementServiceConfig")
RBAC = _pair("DeviceManagementRBAC")
DEVICES = _pair("DeviceManagementManagedDevices")
CLOUD_PC = _pair("CloudPC")
AUDIT_LOG = Roles(to_read=("AuditLog.Read.All",), to_write=())
AUDIT = Roles(to_read=(*APPS.to_read, *CONFIGURATION.to_read), to_write=())
GROUPS = Roles(
    to_read=(
        "Group.Read.All",
        "GroupMember.Read.All",
        "Group.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ),
    to_write=("Group.ReadWrite.All", "Directory.ReadWrite.All"),
)
DIRECTORY = Roles(
    to_read=(
        "Directory.Read.All",
        "Directory.ReadWrite.All",
        "Application.Read.All",
        "RoleManagement.Read.Directory",
        "Organization.Read.All",
        "Agreement.Read.All",
        "Device.Read.All",
        "Domain.Read.All",
    ),
    to_write=(),
)
USERS = Roles(
    to_read=("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"), to_write=()
)
ORGANIZATION = Roles(
    to_read=("Organization.Read.All", "Directory.Read.All", "User.Read.All", "Group.Read.All"), to_write=()
)
POLICY_READ = ("Policy.Read.All", "Policy.Read.ConditionalAccess")
CONDITIONAL_ACCESS = Roles(to_read=POLICY_READ, to_write=("Policy.ReadWrite.ConditionalAccess",))
AUTHENTICATION_METHODS = Roles(
    to_read=(*POLICY_READ, "Policy.ReadWrite.AuthenticationMethod"), to_write=("Policy.ReadWrite.AuthenticationMethod",)
)

EVERY_ROLE: tuple[str, ...] = tuple(
    sorted(
        {
            role
            for area in (
                CONFIGURATION,
                SCRIPTS,
                APPS,
                SERVICE,
                RBAC,
                DEVICES,
                CLOUD_PC,
                GROUPS,
                DIRECTORY,
                USERS,
                ORGANIZATION,
                CONDITIONAL_ACCESS,
                AUTHENTICATION_METHODS,
                AUDIT_LOG,
            )
            for role in (*area.to_read, *area.to_write)
        }
        | {"Application.Read.All"}
    )
)
READ_ROLES: tuple[str, ...] = tuple(role for role in EVERY_ROLE if "ReadWrite" not in role)
