"""The permission that reading a policy type needs, in the words of Microsoft.

The contracts of the graph room say the same, and a test holds the two together: pages read this module and may not
reach that room.
"""

READING: dict[str, tuple[str, ...]] = {
    "CloudPC.Read.All": (
        "windows365Provisioning",
        "windows365UserSetting",
    ),
    "DeviceManagementApps.Read.All": (
        "appCategory",
        "appProtection",
        "mamAppConfiguration",
        "mdmAppConfiguration",
        "mobileApp",
        "policySet",
    ),
    "DeviceManagementConfiguration.Read.All": (
        "administrativeTemplate",
        "admxFile",
        "assignmentFilter",
        "compliancePolicy",
        "deviceConfiguration",
        "deviceManagementSettings",
        "driverUpdate",
        "endpointSecurityIntent",
        "featureUpdate",
        "linuxCompliance",
        "qualityUpdatePolicy",
        "qualityUpdateProfile",
        "reusableSetting",
        "settingsCatalog",
        "windowsUpdateRing",
    ),
    "DeviceManagementManagedDevices.Read.All": (
        "cleanupRule",
        "deviceCategory",
    ),
    "DeviceManagementRBAC.Read.All": (
        "roleAssignment",
        "roleDefinition",
        "roleScopeTag",
    ),
    "DeviceManagementScripts.Read.All": (
        "complianceScript",
        "customAttribute",
        "powershellScript",
        "remediation",
        "shellScript",
    ),
    "DeviceManagementServiceConfig.Read.All": (
        "appleDepProfile",
        "autopilotProfile",
        "brandingProfile",
        "enrollmentConfiguration",
        "enrollmentStatusPage",
        "notificationTemplate",
        "termsAndConditions",
    ),
    "Group.Read.All": ("group",),
    "Policy.Read.All": (
        "authenticationStrength",
        "conditionalAccessPolicy",
        "namedLocation",
    ),
}
PERMISSION_OF = {key: permission for permission, keys in READING.items() for key in keys}

# Before a restore writes a Conditional Access policy, it reads if the emergency accounts are enabled, and which groups
# and roles they are in, at any depth. Roles are shown to this permission, and to none of the narrower ones for people
# and groups: with those, the check would not see that a policy spares an account through its role.
# Source: https://learn.microsoft.com/graph/api/user-list-transitivememberof
LOCKOUT_CHECK = "Directory.Read.All"

# Nothing fails without it: Entra's audit log names who changed Conditional Access.
AUDIT_LOG = "AuditLog.Read.All"
OPTIONAL: dict[str, tuple[str, ...]] = {AUDIT_LOG: READING["Policy.Read.All"]}

# Asked for only where restores are switched on.
WRITING: tuple[str, ...] = (
    "Application.Read.All",
    "CloudPC.ReadWrite.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "DeviceManagementScripts.ReadWrite.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    LOCKOUT_CHECK,
    "Group.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.ConditionalAccess",
)
