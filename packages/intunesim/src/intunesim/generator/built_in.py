"""Make what Microsoft puts into every tenant: roles, strengths, categories, default rows, templates.

Ids of the service are the same in every tenant.

Sources: https://learn.microsoft.com/intune/fundamentals/role-based-access-control-reference,
https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
"""

from collections.abc import Iterator

from intunesim.generator.settings import INSTANCE, TEMPLATES
from intunesim.generator.words import CATALOG_TOPICS
from intunesim.json_types import JsonObject
from intunesim.state.tenant import Tenant, named_id

STRENGTHS = (
    (
        "00000000-0000-0000-0000-000000000002",
        "Multifactor authentication",
        (
            "windowsHelloForBusiness,fido2,x509CertificateMultiFactor,deviceBasedPush,temporaryAccessPassOneTime,"
            "temporaryAccessPassMultiUse,password+microsoftAuthenticatorPush,password+softwareOath,password+hardwareOath,"
            "password+sms,password+voice,federatedMultiFactor,microsoftAuthenticatorPush+federatedSingleFactor,"
            "softwareOath+federatedSingleFactor,hardwareOath+federatedSingleFactor,sms+federatedSingleFactor,"
            "voice+federatedSingleFactor"
        ),
    ),
    (
        "00000000-0000-0000-0000-000000000003",
        "Passwordless MFA",
        "windowsHelloForBusiness,fido2,x509CertificateMultiFactor,deviceBasedPush",
    ),
    (
        "00000000-0000-0000-0000-000000000004",
        "Phishing-resistant MFA",
        "windowsHelloForBusiness,fido2,x509CertificateMultiFactor",
    ),
)
ROLES = (
    ("c1d9fcbb-cba5-40b0-bf6b-527006585f4b", "Application Manager", "MobileApps"),
    ("c56d53a2-73d0-4502-b6bd-4a9d3dba28d5", "Endpoint Security Manager", "SecurityBaselines"),
    ("9e0cc482-82df-4ab2-a24c-0c23a3f52e1e", "Help Desk Operator", "RemoteTasks"),
    ("fb2603eb-3c87-4be3-8b5b-d58a5b4a0bc0", "Intune Role Administrator", "Roles"),
    ("0bd113fe-6be5-400c-a28f-ae5553f9c0be", "Policy and Profile manager", "DeviceConfigurations"),
    ("fa1d7878-e8cb-41a1-8254-0142355c9f84", "Read Only Operator", "ManagedDevices"),
    ("2f9f4f7e-2d13-427b-adf2-361a1eef7ae8", "School Administrator", "ManagedDevices"),
)
APP_CATEGORIES = (
    ("0720a99e-562b-4a77-83f0-9a7523fcf13e", "Other apps"),
    ("f1fc9fe2-728d-4867-9a72-a61e18f8c606", "Books & Reference"),
    ("046e0b16-76ce-4b49-bf1b-1cc5bd94fb47", "Data management"),
    ("ed899483-3019-425e-a470-28e901b9790e", "Productivity"),
    ("2b73ae71-12c8-49be-b462-3dae769ccd9d", "Business"),
    ("79bc98d4-7ddf-4841-9bc1-5c84a26d7ee8", "Development & Design"),
    ("5dcd7a90-0306-4f09-a75d-6b97a243f04e", "Photos & Media"),
    ("f79135dc-8e41-48c1-9a59-ab9a7259c38e", "Collaboration & Social"),
    ("981deed8-6857-4e78-a50e-c3f61d312737", "Computer management"),
)
POLICY_TEMPLATES = (
    (
        "e8c053d6-9f95-42b1-a7f1-ebfd71c67a4b_1",
        "Attack Surface Reduction Rules",
        "endpointSecurityAttackSurfaceReduction",
    ),
    ("0b5708d9-9bc2-49a9-b4f7-ec463fcc41e0_1", "Personal Data Encryption", "endpointSecurityDiskEncryption"),
    ("6078910e-d808-4a9f-a51d-1b8a7bacb7c0_1", "Windows Firewall", "endpointSecurityFirewall"),
)
SHIPPED_ON = "2021-12-01T00:00:00Z"


def built_in_objects(tenant: Tenant) -> Iterator[tuple[str, JsonObject]]:
    """Yield every object that a tenant has from birth, with the path of its collection."""
    yield (
        "deviceManagement/roleScopeTags",
        {
            "id": "0",
            "displayName": "Default",
            "description": "",
            "isBuiltIn": True,
        },
    )
    for strength in STRENGTHS:
        yield "identity/conditionalAccess/authenticationStrength/policies", built_in_strength(*strength)
    for role in ROLES:
        yield "deviceManagement/roleDefinitions", _role(*role)
    for identifier, name in APP_CATEGORIES:
        category = {"id": identifier, "displayName": name, "lastModifiedDateTime": SHIPPED_ON}
        yield "deviceAppManagement/mobileAppCategories", category
    for row in _default_rows(tenant):
        yield "deviceManagement/deviceEnrollmentConfigurations", row
    yield "deviceManagement/intuneBrandingProfiles", _branding(tenant)
    for template in TEMPLATES:
        yield "deviceManagement/templates", _template(*template)
    for policy_template in POLICY_TEMPLATES:
        yield "deviceManagement/configurationPolicyTemplates", _policy_template(*policy_template)
    for _, _, topic, ids in CATALOG_TOPICS:
        category_id = named_id("configurationCategory", topic)
        yield "deviceManagement/configurationCategories", _setting_category(category_id, topic)
        for definition in ids:
            yield "deviceManagement/configurationSettings", setting_definition(definition, category_id)


def built_in_strength(identifier: str, name: str, combinations: str) -> JsonObject:
    """Return an authentication strength that Microsoft ships. Methods that go together are joined by a comma."""
    return {
        "id": identifier,
        "displayName": name,
        "description": "Combinations of methods that satisfy strong authentication",
        "policyType": "builtIn",
        "requirementsSatisfied": "mfa",
        "allowedCombinations": [combination.replace("+", ",") for combination in combinations.split(",")],
        "createdDateTime": SHIPPED_ON,
        "modifiedDateTime": SHIPPED_ON,
    }


def setting_definition(identifier: str, category_id: str = "") -> JsonObject:
    """Return the definition of a setting of the settings catalog: a choice, named after its id."""
    name = next((part for part in reversed(identifier.split("_")) if part and not part.isdecimal()), identifier)
    return {
        "@odata.type": f"{INSTANCE}ChoiceSettingDefinition",
        "id": identifier,
        "name": name,
        "displayName": name[:1].upper() + name[1:],
        "description": "",
        "baseUri": "./Device/Vendor/MSFT/Policy",
        "offsetUri": f"/Config/{identifier}",
        "rootDefinitionId": identifier,
        "categoryId": category_id or named_id("configurationCategory", "Other"),
        "settingUsage": "configuration",
        "visibility": "settingsCatalog",
        "version": "1",
        "defaultOptionId": f"{identifier}_0",
        "options": [
            {"itemId": f"{identifier}_{value}", "name": text, "displayName": text}
            for value, text in enumerate(("Disabled", "Enabled"))
        ],
    }


def _role(identifier: str, name: str, area: str) -> JsonObject:
    actions = [f"Microsoft.Intune_{area}_Read", "Microsoft.Intune_Organization_Read"]
    return {
        "@odata.type": "#microsoft.graph.deviceAndAppManagementRoleDefinition",
        "id": identifier,
        "displayName": name,
        "description": f"The built-in role {name}",
        "isBuiltIn": True,
        "isBuiltInRoleDefinition": True,
        "roleScopeTagIds": [],
        "rolePermissions": [
            {
                "actions": actions,
                "resourceActions": [{"allowedResourceActions": actions, "notAllowedResourceActions": []}],
            }
        ],
    }


def _default_rows(tenant: Tenant) -> Iterator[JsonObject]:
    """Yield the enrollment configurations with priority 0, which apply to everybody."""
    allowed = {"platformBlocked": False, "personalDeviceEnrollmentBlocked": False}
    platforms = ("ios", "windows", "windowsMobile", "android", "androidForWork", "mac", "macOS")
    for suffix, type_name, own in (
        ("DefaultLimit", "deviceEnrollmentLimitConfiguration", {"limit": 5}),
        (
            "DefaultPlatformRestrictions",
            "deviceEnrollmentPlatformRestrictionsConfiguration",
            {f"{platform}Restriction": {**allowed} for platform in platforms},
        ),
        (
            "DefaultWindowsHelloForBusiness",
            "deviceEnrollmentWindowsHelloForBusinessConfiguration",
            {"state": "notConfigured", "pinMinimumLength": 6, "pinMaximumLength": 127},
        ),
        (
            "DefaultWindows10EnrollmentCompletionPageConfiguration",
            "windows10EnrollmentCompletionPageConfiguration",
            {"showInstallationProgress": False, "installProgressTimeoutInMinutes": 60, "selectedMobileAppIds": []},
        ),
    ):
        yield {
            "@odata.type": f"#microsoft.graph.{type_name}",
            "id": f"{tenant.id}_{suffix}",
            "displayName": "All users and all devices",
            "description": "This is the default configuration, applied with the lowest priority to all users.",
            "priority": 0,
            "version": 0,
            "roleScopeTagIds": ["0"],
            "createdDateTime": "0001-01-01T00:00:00Z",
            "lastModifiedDateTime": "0001-01-01T00:00:00Z",
            **own,
        }


def _branding(tenant: Tenant) -> JsonObject:
    return {
        "id": named_id(tenant.id, "branding"),
        "profileName": "Default Branding Profile",
        "profileDescription": "",
        "isDefaultProfile": True,
        "displayName": tenant.name,
        "createdDateTime": SHIPPED_ON,
        "lastModifiedDateTime": SHIPPED_ON,
        "roleScopeTagIds": ["0"],
    }


def _template(identifier: str, name: str, definitions: tuple[str, ...]) -> JsonObject:
    settings = [
        {
            "@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance",
            "id": named_id(identifier, definition),
            "definitionId": definition,
            "valueJson": "null",
        }
        for definition in definitions
    ]
    category = {"id": named_id(identifier, "category"), "displayName": name, "settingDefinitions": []}
    return {
        "@odata.type": "#microsoft.graph.securityBaselineTemplate",
        "id": identifier,
        "displayName": name,
        "description": name,
        "versionInfo": "1",
        "isDeprecated": False,
        "intentCount": 0,
        "templateType": "securityBaseline",
        "platformType": "windows10AndLater",
        "publishedDateTime": SHIPPED_ON,
        "settings": settings,
        "categories": [{**category, "recommendedSettings": settings}],
    }


def _policy_template(identifier: str, name: str, family: str) -> JsonObject:
    base, _, version = identifier.partition("_")
    return {
        "id": identifier,
        "baseId": base,
        "version": int(version),
        "displayName": name,
        "description": "",
        "displayVersion": f"Version {version}",
        "lifecycleState": "active",
        "platforms": "windows10",
        "technologies": "mdm,microsoftSense",
        "templateFamily": family,
        "allowUnmanagedSettings": False,
        "settingTemplateCount": 0,
    }


def _setting_category(identifier: str, name: str) -> JsonObject:
    return {
        "@odata.type": f"{INSTANCE}Category",
        "id": identifier,
        "name": name,
        "displayName": name,
        "platforms": "windows10",
        "technologies": "mdm",
        "settingUsage": "configuration",
        "rootCategoryId": identifier,
        "childCategoryIds": [],
    }
