"""The layout of IntuneManagement, which imports its files into a tenant.

Source: https://github.com/Micke-K/IntuneManagement, the module `EndpointManager` of release 3.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tenantpilot.artifacts.archives import encoded
from tenantpilot.artifacts.names import safe_name
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.templates import DEFINITIONS
from tenantpilot.versions.exporting.layouts.files import (
    OWN_FOLDER,
    Exported,
    File,
    JsonObject,
    Referring,
    TenantFacts,
    without,
)

FOLDERS = {
    "settingsCatalog": "SettingsCatalog",
    "deviceConfiguration": "DeviceConfiguration",
    "windowsUpdateRing": "UpdatePolicies",
    "administrativeTemplate": "AdministrativeTemplates",
    "endpointSecurityIntent": "EndpointSecurity",
    "compliancePolicy": "CompliancePolicies",
    "linuxCompliance": "CompliancePoliciesV2",
    "complianceScript": "ComplianceScripts",
    "reusableSetting": "ReusableSettings",
    "notificationTemplate": "Notifications",
    "appProtection": "AppProtection",
    "mamAppConfiguration": "AppConfigurationManagedApp",
    "mdmAppConfiguration": "AppConfigurationManagedDevice",
    "mobileApp": "Applications",
    "conditionalAccessPolicy": "ConditionalAccess",
    "namedLocation": "NamedLocations",
    "authenticationStrength": "AuthenticationStrengths",
    "powershellScript": "PowerShellScripts",
    "shellScript": "MacScripts",
    "remediation": "HealthScripts",
    "customAttribute": "MacCustomAttributes",
    "assignmentFilter": "AssignmentFilters",
    "roleScopeTag": "ScopeTags",
    "roleDefinition": "RoleDefinitions",
    "autopilotProfile": "AutoPilot",
    "enrollmentStatusPage": "EnrollmentStatusPage",
    "enrollmentConfiguration": "EnrollmentRestrictions",
    "driverUpdate": "DriverUpdateProfiles",
    "featureUpdate": "FeatureUpdates",
    "qualityUpdateProfile": "QualityUpdates",
    "policySet": "PolicySets",
    "termsAndConditions": "TermsAndConditions",
    "brandingProfile": "IntuneBranding",
    "deviceCategory": "DeviceCategories",
    "group": "Groups",
}
DEFINITIONS_ADDRESS = f"https://graph.microsoft.com/beta{DEFINITIONS}"


class IntuneManagement:
    """Files named `<name>_<id>.json`; `MigrationTable.json` and `Groups` name the groups behind assignments."""

    def knows(self, contract: Contract) -> bool:
        return contract.key in FOLDERS

    def files(self, policy: Exported) -> list[File]:
        key = policy.contract.key
        folder, suffix = FOLDERS.get(key) or f"{OWN_FOLDER}/{key}", f"_{safe_name(policy.graph_id)}"
        if key != "administrativeTemplate":
            return [File(folder, policy.name, ".json", encoded(dict(policy.payload)), suffix)]
        content = without(policy.payload, frozenset({"definitionValues"}))
        return [
            File(folder, policy.name, ".json", encoded(content), suffix),
            File(folder, policy.name, ".json", encoded(_values(policy)), f"{suffix}_Settings"),
        ]

    def shared_files(self, tenant: TenantFacts, policies: Sequence[Referring]) -> list[File]:
        groups = dict(
            sorted({graph_id: name for policy in policies for graph_id, name in policy.groups.items()}.items())
        )
        table = {
            "TenantId": tenant.entra_tenant_id,
            "Organization": tenant.name,
            "Objects": [{"Id": graph_id, "DisplayName": name, "Type": "Group"} for graph_id, name in groups.items()],
        }
        files = [File("", "MigrationTable", ".json", encoded(table))]
        return files + [_group(graph_id, name) for graph_id, name in groups.items()]


def _group(graph_id: str, name: str) -> File:
    content = {
        "@odata.type": "#microsoft.graph.group",
        "id": graph_id,
        "displayName": name,
        "groupTypes": [],
        "mailEnabled": False,
        "mailNickname": graph_id[:8],
        "securityEnabled": True,
    }
    return File("Groups", name, ".json", encoded(content), f"_{safe_name(graph_id)}")


def _values(policy: Exported) -> list[JsonObject]:
    """Return the values of an administrative template, each bound to its definition by address."""
    values = policy.payload.get("definitionValues")
    return [_value(value) for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _value(value: Mapping[str, Any]) -> JsonObject:
    definition = f"{DEFINITIONS_ADDRESS}('{(value.get('definition') or {}).get('id', '')}')"
    presented = [_presented(row, definition) for row in value.get("presentationValues") or () if isinstance(row, dict)]
    return {
        "enabled": value.get("enabled"),
        "definition@odata.bind": definition,
        "presentationValues": presented,
    }


def _presented(row: Mapping[str, Any], definition: str) -> JsonObject:
    removed = frozenset({"id", "createdDateTime", "lastModifiedDateTime", "presentation", "definitionValue"})
    presentation = (row.get("presentation") or {}).get("id", "")
    return without(row, removed) | {"presentation@odata.bind": f"{definition}/presentations('{presentation}')"}
