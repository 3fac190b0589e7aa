"""The layout of IntuneCD 2.6.0, which compares its files with a tenant and can write them back.

Source: https://github.com/almenscorner/IntuneCD, the modules of `backup` and `update` of that release.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tenantpilot.artifacts.archives import encoded
from tenantpilot.artifacts.names import safe_name
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import cleaned
from tenantpilot.versions.exporting.layouts.files import (
    OWN_FOLDER,
    Exported,
    File,
    JsonObject,
    Referring,
    TenantFacts,
    script_bytes,
    type_word,
    without,
)

FOLDERS = {
    "settingsCatalog": "Settings Catalog",
    "deviceConfiguration": "Device Configurations",
    "windowsUpdateRing": "Device Configurations",
    "administrativeTemplate": "Group Policy Configurations",
    "endpointSecurityIntent": "Management Intents",
    "compliancePolicy": "Compliance Policies/Policies",
    "linuxCompliance": "Compliance Policies/Policies",
    "complianceScript": "Compliance Policies/Scripts",
    "reusableSetting": "Compliance Policies/Scripts",
    "notificationTemplate": "Compliance Policies/Message Templates",
    "appProtection": "App Protection",
    "mdmAppConfiguration": "App Configuration",
    "mobileApp": "Applications",
    "conditionalAccessPolicy": "Conditional Access",
    "powershellScript": "Scripts/Powershell",
    "shellScript": "Scripts/Shell",
    "remediation": "Proactive Remediations",
    "customAttribute": "Custom Attributes",
    "assignmentFilter": "Filters",
    "roleScopeTag": "Scope Tags",
    "roleDefinition": "Roles",
    "autopilotProfile": "Enrollment Profiles/Windows",
    "enrollmentStatusPage": "Enrollment Profiles/Windows/ESP",
    "appleDepProfile": "Enrollment Profiles/Apple",
    "enrollmentConfiguration": "Enrollment Configurations",
    "driverUpdate": "Driver Updates",
    "featureUpdate": "Feature Updates",
    "qualityUpdateProfile": "Quality Updates",
    "deviceCategory": "Device Categories",
    "deviceManagementSettings": "Device Management Settings",
}
PLATFORMS = {
    "ios": "iOS",
    "macos": "macOS",
    "android": "Android",
    "windows": "Windows",
    "microsoft": "Windows",
    "win32": "Windows",
    "office": "Office Suite",
    "webapp": "Web App",
}
"""By a part of an app's type, the folder below Applications; the first that fits."""
REMOVED = frozenset(
    {
        "id", "version", "topicIdentifier", "certificate", "createdDateTime", "lastModifiedDateTime", "isAssigned",
        "@odata.context", "scheduledActionConfigurations@odata.context", "scheduledActionsForRule@odata.context",
        "sourceId", "supportsScopeTags", "companyCodes", "isGlobalScript", "highestAvailableVersion", "token",
        "lastSyncDateTime", "isReadOnly", "secretReferenceValueId", "isEncrypted", "modifiedDateTime",
        "deployedAppCount", "deviceHealthScriptType",
    }
)  # fmt: skip
"""Properties that IntuneCD takes out of what it reads, and so does not expect in a file."""
SCRIPTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "powershellScript": (("scriptContent", "", ".ps1"),),
    "shellScript": (("scriptContent", "", ".sh"),),
    "customAttribute": (("scriptContent", "", ".sh"),),
    "remediation": (
        ("detectionScriptContent", "_detectionScript", ".ps1"),
        ("remediationScriptContent", "_remediationScript", ".ps1"),
    ),
    "complianceScript": (("detectionScriptContent", "", ".ps1"),),
}
"""By type: the property that holds a script, what its file's name says beside the name, and its ending."""
NO_TEMPLATE = "00000000-0000-0000-0000-000000000000"


class IntuneCD:
    """Files named `<name>_<type>__<id>.json`, with scripts beside them in `Script Data`."""

    def knows(self, contract: Contract) -> bool:
        return contract.key in FOLDERS

    def files(self, policy: Exported) -> list[File]:
        folder, suffix = _folder(policy), f"__{safe_name(policy.graph_id)}"
        if policy.contract.key == "deviceManagementSettings":
            return [File(folder, "settings", ".json", encoded(_content(policy)))]
        word = type_word(policy.payload) or str(policy.payload.get("technologies") or "")
        name = f"{policy.name}_{word}" if word else policy.name
        return [File(folder, name, ".json", encoded(_content(policy)), suffix), *_scripts(policy, folder, suffix)]

    def shared_files(self, _tenant: TenantFacts, _policies: Sequence[Referring]) -> list[File]:
        return []


def _folder(policy: Exported) -> str:
    key = policy.contract.key
    if key == "mobileApp":
        word = type_word(policy.payload).lower()
        platform = next((folder for part, folder in PLATFORMS.items() if part in word), "None")
        return f"{FOLDERS[key]}/{platform}"
    if key == "endpointSecurityIntent":
        return f"{FOLDERS[key]}/{safe_name(str(policy.payload.get('templateId') or 'None'))}"
    if key not in FOLDERS or _is_passed_over(policy):
        return f"{OWN_FOLDER}/{key}"
    return FOLDERS[key]


def _is_passed_over(policy: Exported) -> bool:
    """Return True for what Microsoft delivers and IntuneCD reads nowhere: it would take it for something new."""
    if policy.contract.key == "roleDefinition":
        return bool(policy.payload.get("isBuiltIn"))
    return policy.contract.key == "remediation" and "Microsoft" in str(policy.payload.get("publisher"))


def _scripts(policy: Exported, folder: str, suffix: str) -> list[File]:
    """Return the scripts of a policy, byte for byte."""
    files = []
    for source, word, ending in SCRIPTS.get(policy.contract.key, ()):
        if (content := script_bytes(policy.payload.get(source))) is not None:
            files.append(File(f"{folder}/Script Data", f"{policy.name}{word}", ending, content, suffix))
    if (profile := _apple_profile(policy)) is not None:
        files.append(profile)
    return files


def _apple_profile(policy: Exported) -> File | None:
    """Return the file that IntuneCD compares with a custom profile: its name is the one that the policy gives."""
    if type_word(policy.payload) not in ("macOSCustomConfiguration", "iosCustomConfiguration"):
        return None
    content, name = script_bytes(policy.payload.get("payload")), policy.payload.get("payloadFileName")
    if content is None or not isinstance(name, str):
        return None
    stem, dot, ending = name.rpartition(".")
    return File("Device Configurations/mobileconfig", stem or name, f".{safe_name(ending)}" if dot else "", content)


def _content(policy: Exported) -> JsonObject:
    """Return the policy as IntuneCD would have written it: names in the place of ids, and nothing that Graph sets."""
    content: JsonObject = cleaned(without(policy.payload, REMOVED))
    _name_scope_tags(content, policy)
    if assignments := _assignments(policy):
        content["assignments"] = assignments
    else:
        content.pop("assignments", None)
    adapt = ADAPTED.get(policy.contract.key)
    return adapt(content, policy) if adapt else content


def _name_scope_tags(content: JsonObject, policy: Exported) -> None:
    for name in ("roleScopeTagIds", "roleScopeTags"):
        tags = content.get(name)
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            content[name] = [policy.name_of(tag) or ("Default" if tag == "0" else tag) for tag in tags]


def _assignments(policy: Exported) -> list[JsonObject]:
    """Return the assignments with the names of groups and filters, by which IntuneCD finds them again."""
    assignments = policy.payload.get("assignments")
    if not isinstance(assignments, list):
        return []
    return [_assignment(row, policy) for row in assignments if isinstance(row, dict)]


def _assignment(row: Mapping[str, Any], policy: Exported) -> JsonObject:
    named = without(row, frozenset({"id", "sourceId"}))
    target = named.get("target")
    if not isinstance(target, dict):
        return named
    target = without(target, frozenset({"id", "sourceId"}))
    group, name = str(target.get("groupId") or ""), None
    if group and (name := policy.name_of(group)):
        target = without(target, frozenset({"groupId"})) | {"groupName": name, "groupType": "StaticMembership"}
    chosen = str(target.get("deviceAndAppManagementAssignmentFilterId") or "")
    if chosen and (name := policy.name_of(chosen)):
        target["deviceAndAppManagementAssignmentFilterId"] = name
    return named | {"target": target}


def _compliance(content: JsonObject, policy: Exported) -> JsonObject:
    rules = content.get("scheduledActionsForRule")
    if isinstance(rules, list):
        content["scheduledActionsForRule"] = [_rule(rule, policy) for rule in rules if isinstance(rule, dict)]
    script = content.get("deviceCompliancePolicyScript")
    if isinstance(script, dict):
        content["deviceComplianceScriptName"] = policy.name_of(str(script.get("deviceComplianceScriptId")))
    return content


def _rule(rule: Mapping[str, Any], policy: Exported) -> JsonObject:
    actions = [without(action, REMOVED) for action in rule.get("scheduledActionConfigurations") or ()]
    for action in actions:
        template = str(action.get("notificationTemplateId") or NO_TEMPLATE)
        if template != NO_TEMPLATE and (name := policy.name_of(template)):
            action["notificationTemplateName"] = name
    return without(rule, REMOVED) | {"scheduledActionConfigurations": actions}


def _intent(content: JsonObject, _policy: Exported) -> JsonObject:
    settings = [without(setting, frozenset({"id"})) for setting in content.get("settings") or ()]
    field_names = ("displayName", "description", "templateId", "roleScopeTagIds", "assignments")
    return {name: content[name] for name in field_names if name in content} | {"settingsDelta": settings}


def _template(content: JsonObject, _policy: Exported) -> JsonObject:
    messages = [without(message, REMOVED) for message in content.get("localizedNotificationMessages") or ()]
    return content | {"localizedNotificationMessages": messages}


def _role(content: JsonObject, _policy: Exported) -> JsonObject:
    content.pop("permissions", None)
    permissions = content.get("rolePermissions")
    if isinstance(permissions, list) and permissions and isinstance(permissions[0], dict):
        content["rolePermissions"] = [without(permissions[0], frozenset({"actions"})), *permissions[1:]]
    return content


def _app_configuration(content: JsonObject, policy: Exported) -> JsonObject:
    targets = content.get("targetedMobileApps")
    app = next((policy.apps[key] for key in map(str, targets or ()) if key in policy.apps), None)
    if app is not None:
        content["targetedMobileApps"] = {"appName": app.name, "type": app.odata_type}
    return content


def _status_page(content: JsonObject, policy: Exported) -> JsonObject:
    apps = [policy.apps[key] for key in map(str, content.get("selectedMobileAppIds") or ()) if key in policy.apps]
    if apps:
        content.pop("selectedMobileAppIds")
        content["selectedMobileAppNames"] = [{"name": app.name, "type": app.odata_type} for app in apps]
    return content


def _app(content: JsonObject, _policy: Exported) -> JsonObject:
    return without(content, frozenset({"description"}))


ADAPTED: dict[str, Callable[[JsonObject, Exported], JsonObject]] = {
    "compliancePolicy": _compliance,
    "linuxCompliance": _compliance,
    "endpointSecurityIntent": _intent,
    "notificationTemplate": _template,
    "roleDefinition": _role,
    "mdmAppConfiguration": _app_configuration,
    "enrollmentStatusPage": _status_page,
    "mobileApp": _app,
}
