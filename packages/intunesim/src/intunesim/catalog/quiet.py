"""Collections that tools read and that tenants may well have nothing in: devices, tokens, partners, connectors."""

from intunesim.catalog.model import BETA, BOTH, Child, Collection, Limit
from intunesim.catalog.roles import (
    APPS,
    CLOUD_PC,
    CONDITIONAL_ACCESS,
    CONFIGURATION,
    DEVICES,
    DIRECTORY,
    SERVICE,
    Roles,
)
from intunesim.errors import Origin

AUTOPILOT = "windowsAutopilotDeviceIdentity"
DM, DAM = "deviceManagement", "deviceAppManagement"
CA = "identity/conditionalAccess"


def _quiet(
    path: str,
    entity: str,
    roles: Roles,
    *children: Child,
    name: str = "displayName",
    v1: bool = False,
    limit: Limit | None = None,
    origin: Origin = Origin.INTUNE,
) -> Collection:
    return Collection(
        key=entity,
        path=path,
        entity=entity,
        name=name,
        versions=BOTH if v1 else BETA,
        read_roles=roles.to_read,
        write_roles=roles.to_write,
        origin=origin,
        limit=limit or _limit(path, roles),
        children=children,
        creates=False,
        updates=frozenset(),
        deletes=False,
        created="",
        modified="",
        scope_tags="",
    )


def _limit(path: str, roles: Roles) -> Limit:
    """Return the budget that Microsoft charges a path of Intune to."""
    if path.startswith(DAM):
        return Limit.APPS
    return Limit.ENROLLMENT if roles is SERVICE else Limit.CONFIGURATION


def _directory(path: str, entity: str, *, v1: bool = True) -> Collection:
    return _quiet(path, entity, DIRECTORY, v1=v1, limit=Limit.IDENTITY, origin=Origin.DIRECTORY)


COLLECTIONS = (
    _quiet(f"{DM}/managedDevices", "managedDevice", DEVICES, name="deviceName", v1=True, limit=Limit.DEVICES),
    _quiet(f"{DM}/detectedApps", "detectedApp", DEVICES, v1=True, limit=Limit.DEVICES),
    _quiet(f"{DM}/windowsAutopilotDeviceIdentities", AUTOPILOT, SERVICE, v1=True, limit=Limit.DEVICES),
    _quiet(f"{DM}/importedDeviceIdentities", "importedDeviceIdentity", SERVICE, name="importedDeviceIdentifier"),
    _quiet(
        f"{DM}/importedWindowsAutopilotDeviceIdentities",
        "importedWindowsAutopilotDeviceIdentity",
        SERVICE,
        name="serialNumber",
        v1=True,
    ),
    _quiet(f"{DM}/androidDeviceOwnerEnrollmentProfiles", "androidDeviceOwnerEnrollmentProfile", CONFIGURATION),
    _quiet(f"{DM}/androidForWorkEnrollmentProfiles", "androidForWorkEnrollmentProfile", CONFIGURATION),
    _quiet(
        f"{DM}/appleUserInitiatedEnrollmentProfiles",
        "appleUserInitiatedEnrollmentProfile",
        SERVICE,
        Child("assignments"),
    ),
    _quiet(f"{DM}/ndesConnectors", "ndesConnector", CONFIGURATION),
    _quiet(f"{DM}/certificateConnectorDetails", "certificateConnectorDetails", CONFIGURATION, name="connectorName"),
    _quiet(f"{DM}/exchangeConnectors", "deviceManagementExchangeConnector", CONFIGURATION, name="serverName", v1=True),
    _quiet(f"{DM}/mobileThreatDefenseConnectors", "mobileThreatDefenseConnector", SERVICE, name="id", v1=True),
    _quiet(f"{DM}/domainJoinConnectors", "deviceManagementDomainJoinConnector", SERVICE),
    _quiet(f"{DM}/hardwareConfigurations", "hardwareConfiguration", CONFIGURATION, Child("assignments")),
    _quiet(f"{DM}/deviceManagementPartners", "deviceManagementPartner", SERVICE, v1=True),
    _quiet(f"{DM}/complianceManagementPartners", "complianceManagementPartner", SERVICE, v1=True),
    _quiet(f"{DM}/remoteAssistancePartners", "remoteAssistancePartner", SERVICE, v1=True),
    _quiet(f"{DM}/configManagerCollections", "configManagerCollection", DEVICES),
    _quiet(f"{DM}/groupPolicyCategories", "groupPolicyCategory", CONFIGURATION),
    _quiet(f"{DM}/groupPolicyMigrationReports", "groupPolicyMigrationReport", CONFIGURATION),
    _quiet(f"{DM}/configurationCategories", "deviceManagementConfigurationCategory", CONFIGURATION),
    _quiet(f"{DM}/remoteActionAudits", "remoteActionAudit", DEVICES, name="userName"),
    _quiet(f"{DM}/virtualEndpoint/onPremisesConnections", "cloudPcOnPremisesConnection", CLOUD_PC, v1=True),
    _quiet(f"{DM}/virtualEndpoint/galleryImages", "cloudPcGalleryImage", CLOUD_PC, v1=True),
    _quiet(f"{DM}/virtualEndpoint/deviceImages", "cloudPcDeviceImage", CLOUD_PC, v1=True),
    _quiet(f"{DAM}/vppTokens", "vppToken", SERVICE, name="organizationName", v1=True),
    _quiet(f"{DAM}/managedEBooks", "managedEBook", APPS, Child("assignments"), v1=True),
    _quiet(f"{DAM}/iosLobAppProvisioningConfigurations", "iosLobAppProvisioningConfiguration", APPS),
    _quiet(f"{DAM}/enterpriseCodeSigningCertificates", "enterpriseCodeSigningCertificate", APPS, name="subject"),
    _quiet(f"{DAM}/defaultManagedAppProtections", "defaultManagedAppProtection", APPS, Child("apps"), v1=True),
    _quiet(
        f"{DAM}/mdmWindowsInformationProtectionPolicies",
        "mdmWindowsInformationProtectionPolicy",
        APPS,
        Child("assignments"),
        v1=True,
    ),
    _quiet(
        f"{DAM}/windowsInformationProtectionPolicies",
        "windowsInformationProtectionPolicy",
        APPS,
        Child("assignments"),
        v1=True,
    ),
    _quiet(
        f"{DAM}/wdacSupplementalPolicies",
        "windowsDefenderApplicationControlSupplementalPolicy",
        APPS,
        Child("assignments"),
    ),
    _directory("applications", "application"),
    _directory("servicePrincipals", "servicePrincipal"),
    _directory("devices", "device"),
    _directory("directoryRoles", "directoryRole"),
    _directory("directoryRoleTemplates", "directoryRoleTemplate"),
    _directory("subscribedSkus", "subscribedSku"),
    _directory("domains", "domain"),
    _directory("roleManagement/directory/roleDefinitions", "unifiedRoleDefinition"),
    _directory("agreements", "agreement", v1=False),
    _directory("identityGovernance/termsOfUse/agreements", "agreement"),
    _quiet(
        f"{CA}/authenticationContextClassReferences",
        "authenticationContextClassReference",
        CONDITIONAL_ACCESS,
        v1=True,
        limit=Limit.CONDITIONAL_ACCESS,
        origin=Origin.CONDITIONAL_ACCESS,
    ),
    _quiet(
        f"{CA}/templates",
        "conditionalAccessTemplate",
        CONDITIONAL_ACCESS,
        name="name",
        v1=True,
        limit=Limit.CONDITIONAL_ACCESS,
        origin=Origin.CONDITIONAL_ACCESS,
    ),
)
