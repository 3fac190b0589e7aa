"""Building a tenant: foundations first, then what refers to them."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeAlias

from intunesim.catalog import COLLECTIONS
from intunesim.generator import applications, foundations, policies, scripts, service, updates
from intunesim.generator.built_in import STRENGTHS, built_in_strength
from intunesim.generator.context import Context
from intunesim.generator.plan import Plan
from intunesim.json_types import JsonObject
from intunesim.state.building import place
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant

Maker: TypeAlias = Callable[[Context, int], JsonObject]
DEP_TOKENS = "deviceManagement/depOnboardingSettings"


class Kind(NamedTuple):
    """The place of a kind of object, and the function that makes it."""

    path: str
    make: Maker


KINDS: dict[str, Kind] = {
    "roleScopeTag": Kind("deviceManagement/roleScopeTags", foundations.scope_tag),
    "assignmentFilter": Kind("deviceManagement/assignmentFilters", foundations.assignment_filter),
    "roleDefinition": Kind("deviceManagement/roleDefinitions", foundations.role_definition),
    "notificationTemplate": Kind("deviceManagement/notificationMessageTemplates", foundations.notification_template),
    "authenticationStrength": Kind(
        "identity/conditionalAccess/authenticationStrength/policies", foundations.authentication_strength
    ),
    "namedLocation": Kind("identity/conditionalAccess/namedLocations", foundations.named_location),
    "admxFile": Kind("deviceManagement/groupPolicyUploadedDefinitionFiles", policies.admx_file),
    "deviceCategory": Kind("deviceManagement/deviceCategories", foundations.device_category),
    "appCategory": Kind("deviceAppManagement/mobileAppCategories", foundations.app_category),
    "reusableSetting": Kind("deviceManagement/reusablePolicySettings", policies.reusable_setting),
    "complianceScript": Kind("deviceManagement/deviceComplianceScripts", scripts.compliance_script),
    "depProfile": Kind(DEP_TOKENS, service.dep_profile),
    "settingsCatalog": Kind("deviceManagement/configurationPolicies", policies.settings_catalog),
    "deviceConfiguration": Kind("deviceManagement/deviceConfigurations", policies.device_configuration),
    "windowsUpdateRing": Kind("deviceManagement/deviceConfigurations", policies.update_ring),
    "endpointSecurityIntent": Kind("deviceManagement/intents", policies.intent),
    "administrativeTemplate": Kind("deviceManagement/groupPolicyConfigurations", policies.administrative_template),
    "compliancePolicy": Kind("deviceManagement/deviceCompliancePolicies", policies.compliance_policy),
    "linuxCompliance": Kind("deviceManagement/compliancePolicies", policies.linux_compliance),
    "mobileApp": Kind("deviceAppManagement/mobileApps", applications.mobile_app),
    "appProtection": Kind("deviceAppManagement/managedAppPolicies", applications.app_protection),
    "mamAppConfiguration": Kind(
        "deviceAppManagement/targetedManagedAppConfigurations", applications.mam_app_configuration
    ),
    "mdmAppConfiguration": Kind("deviceAppManagement/mobileAppConfigurations", applications.mdm_app_configuration),
    "powershellScript": Kind("deviceManagement/deviceManagementScripts", scripts.powershell_script),
    "shellScript": Kind("deviceManagement/deviceShellScripts", scripts.shell_script),
    "remediation": Kind("deviceManagement/deviceHealthScripts", scripts.remediation),
    "customAttribute": Kind("deviceManagement/deviceCustomAttributeShellScripts", scripts.custom_attribute),
    "autopilotProfile": Kind("deviceManagement/windowsAutopilotDeploymentProfiles", service.autopilot_profile),
    "enrollmentConfiguration": Kind(
        "deviceManagement/deviceEnrollmentConfigurations", service.enrollment_configuration
    ),
    "enrollmentStatusPage": Kind("deviceManagement/deviceEnrollmentConfigurations", service.enrollment_status_page),
    "featureUpdate": Kind("deviceManagement/windowsFeatureUpdateProfiles", updates.feature_update),
    "qualityUpdateProfile": Kind("deviceManagement/windowsQualityUpdateProfiles", updates.quality_update_profile),
    "qualityUpdatePolicy": Kind("deviceManagement/windowsQualityUpdatePolicies", updates.quality_update_policy),
    "driverUpdate": Kind("deviceManagement/windowsDriverUpdateProfiles", updates.driver_update),
    "termsAndConditions": Kind("deviceManagement/termsAndConditions", service.terms_and_conditions),
    "brandingProfile": Kind("deviceManagement/intuneBrandingProfiles", service.branding_profile),
    "cleanupRule": Kind("deviceManagement/managedDeviceCleanupRules", service.cleanup_rule),
    "windows365Provisioning": Kind(
        "deviceManagement/virtualEndpoint/provisioningPolicies", service.provisioning_policy
    ),
    "windows365UserSetting": Kind("deviceManagement/virtualEndpoint/userSettings", service.cloud_pc_user_setting),
    "conditionalAccessPolicy": Kind("identity/conditionalAccess/policies", service.conditional_access_policy),
    "policySet": Kind("deviceAppManagement/policySets", applications.policy_set),
    "roleAssignment": Kind("deviceManagement/roleAssignments", foundations.role_assignment),
}


def generate(tenant: Tenant, plan: Plan, *, now: datetime) -> Tenant:
    """Fill a tenant by a plan. Raises ValueError for one that holds more than it was born with."""
    if not tenant.store.is_untouched():
        raise ValueError(f"{tenant.name} is not empty")
    context = Context(random.Random(f"{plan.seed}/{tenant.id}"), now, tenant.name, tenant.domain)  # noqa: S311
    with tenant.store.at_once():
        context.objects_by_kind["authenticationStrength"] = [built_in_strength(*strength) for strength in STRENGTHS]
        _people(context, tenant, plan)
        for path, body in service.connections_of(context, tenant):
            tenant.store.put(path, Entity(body["id"], body, shipped=True))
        for kind, count in plan.counts().items():
            for number in range(count):
                _make(context, tenant, kind, number)
    return tenant


def _people(context: Context, tenant: Tenant, plan: Plan) -> None:
    for number in range(plan.group_count * 3):
        _put(context, tenant, "user", "users", foundations.user(context, number))
    for number in range(plan.group_count):
        _put(context, tenant, "group", "groups", foundations.group(context, number))


def _make(context: Context, tenant: Tenant, kind: str, number: int) -> None:
    path, make = KINDS[kind]
    payload = make(context, number)
    if kind == "depProfile":
        _hang_below_token(context, tenant, payload)
    else:
        _put(context, tenant, kind, path, payload)


def _put(context: Context, tenant: Tenant, kind: str, path: str, payload: JsonObject) -> Entity:
    context.objects_by_kind.setdefault(kind, []).append(payload)
    return place(tenant, COLLECTIONS[path], payload, now=context.now)


def _hang_below_token(context: Context, tenant: Tenant, profile: JsonObject) -> None:
    """Apple's enrollment profiles belong to a token; a tenant has one for every ten profiles."""
    tokens = tenant.store.entities(DEP_TOKENS)
    if not tokens or len(tokens[-1].children["enrollmentProfiles"]) >= 10:
        token = {
            "id": context.new_id(),
            "tokenName": context.name("Apple Business Manager"),
            "appleIdentifier": f"abm{len(tokens)}@{context.domain}",
            "tokenType": "dep",
            "tokenExpirationDateTime": "2027-06-01T00:00:00Z",
            "enrollmentProfiles": [],
        }
        tokens = [_put(context, tenant, "depToken", DEP_TOKENS, token)]
    profile["id"] = f"{tokens[-1].id}_{profile['id']}"
    tokens[-1].children["enrollmentProfiles"].append(profile)
    tenant.store.put(DEP_TOKENS, tokens[-1])
