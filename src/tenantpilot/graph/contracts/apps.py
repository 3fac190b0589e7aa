"""Applications, their protection and their configuration."""

from tenantpilot.graph.contracts.configuration import ASSIGNED
from tenantpilot.graph.contracts.model import (
    ASSIGNMENT_REFERENCES,
    ASSIGNMENTS,
    Action,
    Assign,
    Contract,
    Create,
    Part,
    Permissions,
    Reference,
    RestoreMode,
    Update,
    Version,
)

APPS = Permissions(read=("DeviceManagementApps.Read.All",), write=("DeviceManagementApps.ReadWrite.All",))

PROTECTION_COLLECTIONS = {
    "iosManagedAppProtection": "/deviceAppManagement/iosManagedAppProtections",
    "androidManagedAppProtection": "/deviceAppManagement/androidManagedAppProtections",
    "windowsManagedAppProtection": "/deviceAppManagement/windowsManagedAppProtections",
}
TARGET_APPS = Action("targetApps", "apps", "apps", extra=("appGroupType",))
# The concrete collections do not offer it, and their mixture takes no group type.
TARGET_PROTECTED_APPS = Action("targetApps", "apps", "apps", home="/deviceAppManagement/managedAppPolicies")

IN_ITEMS = (
    "status",
    "errorCode",
    "items[].id",
    "items[].status",
    "items[].errorCode",
    "items[].createdDateTime",
    "items[].lastModifiedDateTime",
)

CONTRACTS = (
    Contract(
        key="appProtection",
        path="/deviceAppManagement/managedAppPolicies",
        odata_type="microsoft.graph.managedAppPolicy",
        permissions=APPS,
        restore_order=230,
        only=tuple(PROTECTION_COLLECTIONS),
        collections=PROTECTION_COLLECTIONS,
        whole={"$expand": "apps,assignments"},
        kept=("appGroupType", "deployedAppCount"),
        stripped=("apps", "deployedAppCount"),
        noise=("deployedAppCount", "apps[].id", "apps[].version"),
        unordered=("apps",),
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
        whole={"$expand": "apps,assignments"},
        kept=("appGroupType", "deployedAppCount"),
        stripped=("apps", "deployedAppCount"),
        noise=("deployedAppCount", "apps[].id", "apps[].version"),
        unordered=("apps",),
        create=Create(required=("displayName",), actions=(TARGET_APPS,)),
        update=Update(actions=(TARGET_APPS,)),
        assign=Assign(tenant_wide=False),
        references=ASSIGNED,
    ),
    Contract(
        key="mdmAppConfiguration",
        path="/deviceAppManagement/mobileAppConfigurations",
        odata_type="microsoft.graph.managedDeviceMobileAppConfiguration",
        permissions=APPS,
        restore_order=233,
        parts=(ASSIGNMENTS,),
        kept=("targetedMobileApps",),
        stripped=("appSupportsOemConfig",),
        unordered=("targetedMobileApps",),
        create=Create(required=("@odata.type", "displayName", "targetedMobileApps")),
        update=Update(without=("targetedMobileApps",)),
        assign=Assign(),
        references=(*ASSIGNED, Reference("targetedMobileApps[]", "mobileApp")),
    ),
    Contract(
        key="mobileApp",
        path="/deviceAppManagement/mobileApps",
        odata_type="microsoft.graph.mobileApp",
        permissions=APPS,
        restore_order=240,
        whole={},
        parts=(
            ASSIGNMENTS,
            Part("categories", expand="categories"),
            Part("relationships", only_if=("dependentAppCount", "supersededAppCount", "supersedingAppCount")),
        ),
        kept=("publisher", "publishingState", "isFeatured"),
        stripped=(
            "uploadState",
            "publishingState",
            "dependentAppCount",
            "supersededAppCount",
            "supersedingAppCount",
            "committedContentVersion",
            "size",
        ),
        noise=(
            "uploadState",
            "dependentAppCount",
            "supersededAppCount",
            "supersedingAppCount",
            "categories[].lastModifiedDateTime",
        ),
        unordered=("categories",),
        create=Create(required=("@odata.type", "displayName")),
        assign=Assign("mobileAppAssignments"),
        references=(*ASSIGNED, Reference("categories[].id", "appCategory")),
        # Installers cannot be read back, so an app is not made anew from a backup.
        restore=RestoreMode.PREVIEW_ONLY,
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
        whole={"$expand": "items,assignments"},  # refused on the list
        kept=("status", "errorCode", "guidedDeploymentTags", "roleScopeTags"),
        stripped=IN_ITEMS,
        noise=IN_ITEMS,
        unordered=("items",),
        create=Create(required=("displayName",)),
        update=None,
        references=(*ASSIGNMENT_REFERENCES, Reference("roleScopeTags[]", "roleScopeTag")),
        restore=RestoreMode.PREVIEW_ONLY,
    ),
)
