"""Applications, their protection and their configuration."""

from tenantpilot.graph.contracts.configuration import ASSIGNED, IN_SETTING_VALUES, IN_SETTINGS, SETTING_TEXTS, SETTINGS
from tenantpilot.graph.contracts.model import Action, Assign, Bind, Contract, Create, Permissions, Update, Version
from tenantpilot.graph.contracts.parts import ASSIGNMENTS, Part
from tenantpilot.graph.contracts.references import ASSIGNMENT_REFERENCES, Outside, Reference
from tenantpilot.graph.contracts.restoring import Exemption, Reason

APPS = Permissions(to_read=("DeviceManagementApps.Read.All",), to_write=("DeviceManagementApps.ReadWrite.All",))

PROTECTION_COLLECTIONS = {
    "iosManagedAppProtection": "/deviceAppManagement/iosManagedAppProtections",
    "androidManagedAppProtection": "/deviceAppManagement/androidManagedAppProtections",
    "windowsManagedAppProtection": "/deviceAppManagement/windowsManagedAppProtections",
}
TARGET_APPS = Action("targetApps", "apps", "apps", extra=("appGroupType",))
# The concrete collections do not offer it, and their mixture takes no group type.
TARGET_PROTECTED_APPS = Action("targetApps", "apps", "apps", home="/deviceAppManagement/managedAppPolicies")

CATEGORIES = Action(
    "categories",
    "categories",
    one_by_one=True,
    is_reference=True,
    told_by="id",
    bind=Bind("category", "/deviceAppManagement/mobileAppCategories('{id}')"),
)
CHANGE_SETTINGS = Action("changeSettings", "settings", "settings")
APPS_OF_POLICY = Part("apps", expand="apps")

IN_ITEMS = (
    "status",
    "errorCode",
    "items[].id",
    "items[].status",
    "items[].errorCode",
    "items[].createdDateTime",
    "items[].lastModifiedDateTime",
)

IN_POLICY_SETS = {
    "mobileAppPolicySetItem": "mobileApp",
    "managedDeviceMobileAppConfigurationPolicySetItem": "mdmAppConfiguration",
    "targetedManagedAppConfigurationPolicySetItem": "mamAppConfiguration",
    "managedAppProtectionPolicySetItem": "appProtection",
    "deviceCompliancePolicyPolicySetItem": "compliancePolicy",
    "deviceConfigurationPolicySetItem": "deviceConfiguration",
    "deviceManagementConfigurationPolicyPolicySetItem": "settingsCatalog",
    "deviceManagementScriptPolicySetItem": "powershellScript",
    "enrollmentRestrictionsConfigurationPolicySetItem": "enrollmentConfiguration",
    "windows10EnrollmentCompletionPageConfigurationPolicySetItem": "enrollmentStatusPage",
    "windowsAutopilotDeploymentProfilePolicySetItem": "autopilotProfile",
}
POLICY_SET_ITEMS = Action(
    "update", "items", "addedPolicySetItems", removed_key="deletedPolicySetItems", changed_key="updatedPolicySetItems"
)
# The others have an installer, which Graph does not give back, or come from a store by a token.
WITHOUT_INSTALLER = (
    "androidStoreApp",
    "iosStoreApp",
    "iosiPadOSWebClip",
    "macOSMicrosoftDefenderApp",
    "macOSMicrosoftEdgeApp",
    "macOSOfficeSuiteApp",
    "macOSWebClip",
    "officeSuiteApp",
    "webApp",
    "winGetApp",
    "windowsMicrosoftEdgeApp",
    "windowsWebApp",
)
FROM_STORES = (
    "androidForWorkApp",
    "androidManagedStoreApp",
    "iosVppApp",
    "macOsVppApp",
    "microsoftStoreForBusinessApp",
)
MICROSOFTS_OWN = ("managedAndroidStoreApp", "managedIOSStoreApp")

CONTRACTS = (
    Contract(
        key="appProtection",
        path="/deviceAppManagement/managedAppPolicies",
        odata_type="microsoft.graph.managedAppPolicy",
        permissions=APPS,
        restore_order=230,
        only=tuple(PROTECTION_COLLECTIONS),
        collections=PROTECTION_COLLECTIONS,
        is_listed_apart=True,  # the mixture shows neither apps nor assignments
        parts=(APPS_OF_POLICY, ASSIGNMENTS),
        kept_properties=("appGroupType", "deployedAppCount"),
        stripped=("apps", "deployedAppCount"),
        noise=("deployedAppCount", "apps[].id", "apps[].version"),
        unordered=("apps",),
        resting=(False, "notConfigured", "PT0S"),
        create=Create(required=("@odata.type", "displayName"), actions=(TARGET_PROTECTED_APPS,)),
        update=Update(actions=(TARGET_PROTECTED_APPS,)),
        assign=Assign(tenant_wide=False),
        references=ASSIGNED,
    ),
    Contract(
        key="mamAppConfiguration",
        path="/deviceAppManagement/targetedManagedAppConfigurations",
        odata_type="microsoft.graph.targetedManagedAppConfiguration",
        permissions=APPS,
        restore_order=232,
        parts=(APPS_OF_POLICY, ASSIGNMENTS, Part("settings", params=SETTINGS.params)),
        kept_properties=("appGroupType", "deployedAppCount"),
        stripped=("apps", "deployedAppCount", *IN_SETTINGS),
        noise=("deployedAppCount", "apps[].id", "apps[].version", *IN_SETTINGS),
        unordered=("apps",),
        create=Create(required=("displayName",), actions=(TARGET_APPS, CHANGE_SETTINGS)),
        update=Update(actions=(TARGET_APPS, CHANGE_SETTINGS)),
        assign=Assign(tenant_wide=False),
        references=(*ASSIGNED, *IN_SETTING_VALUES),
        explained=("customSettings[].value", *SETTING_TEXTS),
    ),
    Contract(
        key="mdmAppConfiguration",
        path="/deviceAppManagement/mobileAppConfigurations",
        odata_type="microsoft.graph.managedDeviceMobileAppConfiguration",
        permissions=APPS,
        restore_order=233,
        parts=(ASSIGNMENTS,),
        kept_properties=("targetedMobileApps",),
        stripped=("appSupportsOemConfig",),
        unordered=("targetedMobileApps",),
        create=Create(required=("@odata.type", "displayName", "targetedMobileApps")),
        update=Update(without=("targetedMobileApps",)),
        assign=Assign(),
        references=(*ASSIGNED, Reference("targetedMobileApps[]", "mobileApp")),
        explained=("settings[].appConfigKeyValue",),
    ),
    Contract(
        key="mobileApp",
        path="/deviceAppManagement/mobileApps",
        odata_type="microsoft.graph.mobileApp",
        permissions=APPS,
        restore_order=240,
        full_query={},
        # A tenant has more than a hundred of them, and they never change.
        listed_whole=MICROSOFTS_OWN,
        parts=(
            ASSIGNMENTS,
            Part("categories", expand="categories"),
            Part("relationships", only_if=("dependentAppCount", "supersededAppCount", "supersedingAppCount")),
        ),
        kept_properties=("publisher", "publishingState", "isFeatured"),
        stripped=(
            "uploadState",
            "publishingState",
            "dependentAppCount",
            "supersededAppCount",
            "supersedingAppCount",
            "packageId",
            "committedContentVersion",
            "size",
        ),
        noise=(
            "uploadState",
            "dependentAppCount",
            "supersededAppCount",
            "supersedingAppCount",
            # Those of the category, which is an object of its own.
            "categories[].displayName",
            "categories[].lastModifiedDateTime",
        ),
        unordered=("categories",),
        create=Create(required=("@odata.type", "displayName"), actions=(CATEGORIES,)),
        update=Update(actions=(CATEGORIES,)),
        assign=Assign("mobileAppAssignments"),
        references=(
            *ASSIGNED,
            Reference("assignments[].settings.vpnConfigurationId", "deviceConfiguration"),
            Reference("categories[].id", "appCategory"),
            Reference("relationships[].targetId", "mobileApp"),
            Reference("vppTokenId", Outside.VPP_TOKEN),
        ),
        explained=("relationships[].id", "relationships[].sourceId", "**.productCode", "**.detectionValue"),
        exemptions=(
            Exemption(Reason.SYNCED, types=FROM_STORES),
            Exemption(Reason.DELIVERED, types=MICROSOFTS_OWN),
            Exemption(Reason.CONTENT_MISSING, other_than=WITHOUT_INSTALLER),
        ),
    ),
    Contract(
        key="appCategory",
        path="/deviceAppManagement/mobileAppCategories",
        odata_type="microsoft.graph.mobileAppCategory",
        version=Version.V1,
        permissions=APPS,
        restore_order=60,
        create=Create(required=("displayName",)),
    ),
    Contract(
        key="policySet",
        path="/deviceAppManagement/policySets",
        odata_type="microsoft.graph.policySet",
        permissions=APPS,
        restore_order=2000,
        full_query={"$expand": "items,assignments"},  # refused on the list
        kept_properties=("status", "errorCode", "guidedDeploymentTags", "roleScopeTags"),
        stripped=IN_ITEMS,
        noise=IN_ITEMS,
        unordered=("items",),
        create=Create(required=("displayName",)),
        update=Update(without=("items",), actions=(POLICY_SET_ITEMS,)),
        assign=Assign(path="update"),
        references=(
            *ASSIGNMENT_REFERENCES,
            Reference("roleScopeTags[]", "roleScopeTag"),
            Reference("items[].payloadId", "", by_type=IN_POLICY_SETS),
        ),
        explained=("items[].id",),
    ),
)
