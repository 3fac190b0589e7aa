"""Applications, their protection and configuration, and policy sets."""

from intunesim.catalog.model import BETA, BOTH, Assign, Child, Collection, Paging, Reference
from intunesim.catalog.roles import APPS

ASSIGNMENTS = Child("assignments", page_size=25)
PROTECTED_APPS = Child("apps", page_size=100)
TAGS = {"roleScopeTagIds": ["0"]}
READ, WRITE = APPS
MAM_REFUSED = ("deployedAppCount", "isAssigned")
MANAGED_APP_POLICIES = "deviceAppManagement/managedAppPolicies"


def _protection(key: str, collection: str, entity: str) -> Collection:
    """One platform's collection of app protection policies: a view on managedAppPolicies."""
    return Collection(
        key=key,
        path=f"deviceAppManagement/{collection}",
        entity=entity,
        versions=BETA if entity.startswith("windows") else BOTH,
        read_roles=READ,
        write_roles=WRITE,
        workload="app",
        page_size=100,
        children=(PROTECTED_APPS, ASSIGNMENTS),
        required=("displayName",),
        refused_on_create=MAM_REFUSED,
        defaults={"description": "", **TAGS, "isAssigned": False, "deployedAppCount": 0},
        update_status=204,
        id_prefix="T_",
        versioned=True,
        assign=Assign(status=204, tenant_wide_targets=False),
        part_of=MANAGED_APP_POLICIES,
    )


COLLECTIONS = (
    Collection(
        key="appProtection",
        path=MANAGED_APP_POLICIES,
        entity="managedAppPolicy",
        versions=BOTH,
        read_roles=READ,
        write_roles=WRITE,
        workload="app",
        page_size=100,
        abstract=True,
        expand_on_list=False,
        children=(PROTECTED_APPS, ASSIGNMENTS),
        required=("displayName",),
        refused_on_create=MAM_REFUSED,
        defaults={"description": "", **TAGS, "isAssigned": False, "deployedAppCount": 0},
        update_status=204,
        id_prefix="T_",
        versioned=True,
    ),
    _protection("iosAppProtection", "iosManagedAppProtections", "iosManagedAppProtection"),
    _protection("androidAppProtection", "androidManagedAppProtections", "androidManagedAppProtection"),
    _protection("windowsAppProtection", "windowsManagedAppProtections", "windowsManagedAppProtection"),
    Collection(
        key="mamAppConfiguration",
        path="deviceAppManagement/targetedManagedAppConfigurations",
        entity="targetedManagedAppConfiguration",
        versions=BOTH,
        read_roles=READ,
        write_roles=WRITE,
        workload="app",
        page_size=100,
        children=(PROTECTED_APPS, ASSIGNMENTS, Child("settings", page_size=25)),
        required=("displayName", "customSettings"),
        refused_on_create=MAM_REFUSED,
        defaults={"description": "", **TAGS, "isAssigned": False, "deployedAppCount": 0},
        update_status=204,
        id_prefix="A_",
        versioned=True,
        assign=Assign(status=204, tenant_wide_targets=False),
    ),
    Collection(
        key="mdmAppConfiguration",
        path="deviceAppManagement/mobileAppConfigurations",
        entity="managedDeviceMobileAppConfiguration",
        versions=BOTH,
        read_roles=READ,
        write_roles=WRITE,
        workload="app",
        children=(ASSIGNMENTS,),
        abstract=True,
        required=("displayName", "targetedMobileApps"),
        references=(Reference("targetedMobileApps", "deviceAppManagement/mobileApps"),),
        defaults={"description": "", **TAGS},
        update_status=204,
        versioned=True,
        assign=Assign(),
    ),
    Collection(
        key="mobileApp",
        path="deviceAppManagement/mobileApps",
        entity="mobileApp",
        versions=BOTH,
        read_roles=READ,
        write_roles=WRITE,
        workload="app",
        paging=Paging.SKIP,
        children=(
            ASSIGNMENTS,
            Child("categories", page_size=100),
            Child("relationships", page_size=100),
            Child("contentVersions", page_size=100),
        ),
        abstract=True,
        required=("displayName",),
        refused_on_create=(
            "uploadState", "publishingState", "isAssigned", "dependentAppCount", "supersedingAppCount",
            "supersededAppCount", "size",
        ),
        defaults={
            "description": "",
            **TAGS,
            "publishingState": "published",
            "isAssigned": False,
            "uploadState": 1,
            "dependentAppCount": 0,
            "supersedingAppCount": 0,
            "supersededAppCount": 0,
        },
        assign=Assign("mobileAppAssignments"),
    ),
    Collection(
        key="appCategory",
        path="deviceAppManagement/mobileAppCategories",
        entity="mobileAppCategory",
        versions=BOTH,
        read_roles=READ,
        write_roles=WRITE,
        required=("displayName",),
        created="",
        scope_tags="",
    ),
    Collection(
        key="policySet",
        path="deviceAppManagement/policySets",
        entity="policySet",
        read_roles=READ,
        write_roles=WRITE,
        page_size=25,
        expand_on_list=False,
        children=(Child("items", page_size=100), ASSIGNMENTS),
        required=("displayName",),
        refused_on_create=("status", "errorCode"),
        defaults={"description": "", "roleScopeTags": ["0"], "status": "success", "errorCode": "noError"},
        scope_tags="roleScopeTags",
    ),
)  # fmt: skip
