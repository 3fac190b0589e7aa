"""Application permissions by area: which roles may read, which may write.

Source: https://learn.microsoft.com/graph/permissions-reference
"""

from typing import NamedTuple


class Roles(NamedTuple):
    """The roles of which any one suffices."""

    read: tuple[str, ...]
    write: tuple[str, ...]


def _pair(area: str) -> Roles:
    writer = f"{area}.ReadWrite.All"
    return Roles(read=(f"{area}.Read.All", writer), write=(writer,))


CONFIGURATION = _pair("DeviceManagementConfiguration")
SCRIPTS = _pair("DeviceManagementScripts")
APPS = _pair("DeviceManagementApps")
SERVICE = _pair("DeviceManagementServiceConfig")
RBAC = _pair("DeviceManagementRBAC")
DEVICES = _pair("DeviceManagementManagedDevices")
CLOUD_PC = _pair("CloudPC")
AUDIT = Roles(read=(*APPS.read, *CONFIGURATION.read), write=())
GROUPS = Roles(
    read=(
        "Group.Read.All",
        "GroupMember.Read.All",
        "Group.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ),
    write=("Group.ReadWrite.All", "Directory.ReadWrite.All"),
)
DIRECTORY = Roles(
    read=(
        "Directory.Read.All",
        "Directory.ReadWrite.All",
        "Application.Read.All",
        "RoleManagement.Read.Directory",
        "Organization.Read.All",
        "Agreement.Read.All",
        "Device.Read.All",
        "Domain.Read.All",
    ),
    write=(),
)
USERS = Roles(read=("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"), write=())
ORGANIZATION = Roles(read=("Organization.Read.All", "Directory.Read.All", "User.Read.All", "Group.Read.All"), write=())
POLICY_READ = ("Policy.Read.All", "Policy.Read.ConditionalAccess")
CONDITIONAL_ACCESS = Roles(read=POLICY_READ, write=("Policy.ReadWrite.ConditionalAccess",))
AUTHENTICATION_METHODS = Roles(
    read=(*POLICY_READ, "Policy.ReadWrite.AuthenticationMethod"), write=("Policy.ReadWrite.AuthenticationMethod",)
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
            )
            for role in (*area.read, *area.write)
        }
        | {"Application.Read.All"}
    )
)
READ_ROLES: tuple[str, ...] = tuple(role for role in EVERY_ROLE if "ReadWrite" not in role)
