"""Telling which collection an exported object belongs to."""

import re

from intunesim.catalog import COLLECTIONS, Collection, find_collection
from intunesim.catalog.types import bare, type_table
from intunesim.json_types import JsonObject

CONTEXT = re.compile(r"\$metadata#([A-Za-z/]+)")
FOLDERS: dict[str, str] = {
    # names of folders, in lower case and without blanks, as the usual tools write them
    "settingscatalog": "deviceManagement/configurationPolicies",
    "settingscatalogs": "deviceManagement/configurationPolicies",
    "configurationpolicies": "deviceManagement/configurationPolicies",
    "deviceconfiguration": "deviceManagement/deviceConfigurations",
    "deviceconfigurations": "deviceManagement/deviceConfigurations",
    "customdeviceconfigurations": "deviceManagement/deviceConfigurations",
    "updatepolicies": "deviceManagement/deviceConfigurations",
    "compliancepolicies": "deviceManagement/deviceCompliancePolicies",
    "devicecompliance": "deviceManagement/deviceCompliancePolicies",
    "compliancepolicy": "deviceManagement/deviceCompliancePolicies",
    "compliance": "deviceManagement/deviceCompliancePolicies",
    "compliancepoliciesv2": "deviceManagement/compliancePolicies",
    "compliancescripts": "deviceManagement/deviceComplianceScripts",
    "endpointsecurity": "deviceManagement/intents",
    "managementintents": "deviceManagement/intents",
    "administrativetemplates": "deviceManagement/groupPolicyConfigurations",
    "grouppolicyconfigurations": "deviceManagement/groupPolicyConfigurations",
    "deviceconfigurationadmx": "deviceManagement/groupPolicyConfigurations",
    "appprotection": "deviceAppManagement/managedAppPolicies",
    "appconfiguration": "deviceAppManagement/mobileAppConfigurations",
    "appconfigurationmanageddevice": "deviceAppManagement/mobileAppConfigurations",
    "appconfigurationmanagedapp": "deviceAppManagement/targetedManagedAppConfigurations",
    "applications": "deviceAppManagement/mobileApps",
    "mobileapps": "deviceAppManagement/mobileApps",
    "powershellscripts": "deviceManagement/deviceManagementScripts",
    "powershell": "deviceManagement/deviceManagementScripts",
    "devicemanagementscripts": "deviceManagement/deviceManagementScripts",
    "macscripts": "deviceManagement/deviceShellScripts",
    "shellscripts": "deviceManagement/deviceShellScripts",
    "shell": "deviceManagement/deviceShellScripts",
    "maccustomattributes": "deviceManagement/deviceCustomAttributeShellScripts",
    "customattributes": "deviceManagement/deviceCustomAttributeShellScripts",
    "healthscripts": "deviceManagement/deviceHealthScripts",
    "proactiveremediations": "deviceManagement/deviceHealthScripts",
    "remediations": "deviceManagement/deviceHealthScripts",
    "assignmentfilters": "deviceManagement/assignmentFilters",
    "filters": "deviceManagement/assignmentFilters",
    "scopetags": "deviceManagement/roleScopeTags",
    "scope(tags)": "deviceManagement/roleScopeTags",
    "roledefinitions": "deviceManagement/roleDefinitions",
    "roles": "deviceManagement/roleDefinitions",
    "autopilot": "deviceManagement/windowsAutopilotDeploymentProfiles",
    "enrollmentrestrictions": "deviceManagement/deviceEnrollmentConfigurations",
    "enrollmentconfigurations": "deviceManagement/deviceEnrollmentConfigurations",
    "enrollmentstatuspage": "deviceManagement/deviceEnrollmentConfigurations",
    "featureupdates": "deviceManagement/windowsFeatureUpdateProfiles",
    "qualityupdates": "deviceManagement/windowsQualityUpdateProfiles",
    "driverupdateprofiles": "deviceManagement/windowsDriverUpdateProfiles",
    "driverupdates": "deviceManagement/windowsDriverUpdateProfiles",
    "reusablesettings": "deviceManagement/reusablePolicySettings",
    "reusablepolicysettings": "deviceManagement/reusablePolicySettings",
    "notifications": "deviceManagement/notificationMessageTemplates",
    "compliancepolicies/messagetemplates": "deviceManagement/notificationMessageTemplates",
    "namedlocations": "identity/conditionalAccess/namedLocations",
    "conditionalaccess": "identity/conditionalAccess/policies",
    "authenticationstrengths": "identity/conditionalAccess/authenticationStrength/policies",
    "policysets": "deviceAppManagement/policySets",
    "termsandconditions": "deviceManagement/termsAndConditions",
    "intunebranding": "deviceManagement/intuneBrandingProfiles",
    "brandings": "deviceManagement/intuneBrandingProfiles",
    "devicecategories": "deviceManagement/deviceCategories",
    "groups": "groups",
    "staticgroups": "groups",
    "dynamicgroups": "groups",
    "w365provisioningpolicies": "deviceManagement/virtualEndpoint/provisioningPolicies",
    "w365usersettings": "deviceManagement/virtualEndpoint/userSettings",
}  # fmt: skip


def recognized(payload: JsonObject, folders: list[str]) -> Collection | None:
    """Return the collection of an object: by its type, its context, its shape, or the folder that it lies in."""
    return (
        _by_type(payload)
        or _by_context(str(payload.get("@odata.context", "")))
        or _by_shape(payload)
        or _by_folder(folders)
    )


def _by_type(payload: JsonObject) -> Collection | None:
    named = payload.get("@odata.type")
    if not isinstance(named, str):
        return None
    candidates = [
        collection
        for collection in COLLECTIONS.values()
        if not collection.part_of and type_table().is_of(bare(named), collection.entity)
    ]
    return min(candidates, key=lambda candidate: _distance(bare(named), candidate.entity), default=None)


def _distance(name: str, base: str) -> int:
    """Return the number of steps between a type and the one it is derived from."""
    steps, current = 0, type_table().find(name)
    while current is not None and current.name.lower() != base.lower():
        steps += 1
        current = type_table().find(current.base) if current.base else None
    return steps


def _by_context(context: str) -> Collection | None:
    match = CONTEXT.search(context)
    location = find_collection(match.group(1).split("/")) if match else None
    return location[0] if location else None


def _by_shape(payload: JsonObject) -> Collection | None:
    names = set(payload)
    for needed, path in (
        ({"settings", "technologies", "platforms", "scheduledActionsForRule"}, "deviceManagement/compliancePolicies"),
        ({"settingsDelta", "TemplateId"}, "deviceManagement/intents"),
        ({"conditions", "grantControls"}, "identity/conditionalAccess/policies"),
        ({"definitionValues"}, "deviceManagement/groupPolicyConfigurations"),
        ({"membershipRule", "displayName"}, "groups"),
        ({"mailNickname", "securityEnabled"}, "groups"),
        ({"settings", "technologies", "platforms"}, "deviceManagement/configurationPolicies"),
    ):
        if needed <= names:
            linux = path.endswith("configurationPolicies") and payload.get("technologies") == "linuxMdm"
            return COLLECTIONS["deviceManagement/compliancePolicies" if linux else path]
    return None


def _by_folder(folders: list[str]) -> Collection | None:
    for folder in reversed(folders):
        path = FOLDERS.get(folder.lower().replace(" ", ""))
        if path:
            return COLLECTIONS[path]
    return None
