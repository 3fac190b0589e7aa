"""Windows 365."""

from tenantpilot.graph.contracts.model import Assign, Contract, Create, Permissions
from tenantpilot.graph.contracts.references import Outside, Reference

CLOUD_PC = Permissions(to_read=("CloudPC.Read.All",), to_write=("CloudPC.ReadWrite.All",))
ASSIGNED_GROUPS = (Reference("assignments[].target.groupId", "group"),)
_RECOVERY = "crossRegionDisasterRecoverySetting.disasterRecoveryNetworkSetting"

CONTRACTS = (
    Contract(
        key="windows365Provisioning",
        path="/deviceManagement/virtualEndpoint/provisioningPolicies",
        odata_type="microsoft.graph.cloudPcProvisioningPolicy",
        permissions=CLOUD_PC,
        restore_order=300,
        full_query={"$expand": "assignments"},
        kept_properties=("imageDisplayName", "imageType", "provisioningType", "managedBy"),
        stripped=(
            "alternateResourceUrl",
            "cloudPcGroupDisplayName",
            "createdBy",
            "lastModifiedBy",
            "gracePeriodInHours",
            "scopeIds",
        ),
        noise=("alternateResourceUrl", "lastModifiedBy"),
        create=Create(required=("displayName",)),
        assign=Assign(tenant_wide=False),
        references=(
            *ASSIGNED_GROUPS,
            Reference("domainJoinConfigurations[].onPremisesConnectionId", Outside.ON_PREMISES_CONNECTION),
            Reference("scopeIds[]", "roleScopeTag"),
            Reference("imageId", Outside.CLOUD_PC_IMAGE, where=("imageType", "custom")),
            Reference("autopatch.autopatchGroupId", Outside.AUTOPATCH_GROUP),
            Reference("autopilotConfiguration.devicePreparationProfileId", "settingsCatalog"),
        ),
        explained=("imageId", "assignments[].**.servicePlanId", "assignments[].target.allotmentLicensesCount"),
    ),
    Contract(
        key="windows365UserSetting",
        path="/deviceManagement/virtualEndpoint/userSettings",
        odata_type="microsoft.graph.cloudPcUserSetting",
        permissions=CLOUD_PC,
        restore_order=301,
        full_query={"$expand": "assignments"},
        kept_properties=("localAdminEnabled", "resetEnabled", "selfServiceEnabled"),
        create=Create(required=("displayName",)),
        assign=Assign(tenant_wide=False),
        references=(
            *ASSIGNED_GROUPS,
            Reference(f"{_RECOVERY}.onPremisesConnectionId", Outside.ON_PREMISES_CONNECTION),
        ),
    ),
)
