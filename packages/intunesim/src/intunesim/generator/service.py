"""Makers of enrollment, branding, Windows 365 and Conditional Access."""

from collections.abc import Iterator

from intunesim.clock import iso
from intunesim.generator.context import Context
from intunesim.json_types import JsonObject
from intunesim.state.tenant import Tenant, named_id

CONDITIONAL_ACCESS = (
    ("CA001", "Global", "Block legacy authentication", ["exchangeActiveSync", "other"], ["block"]),
    ("CA002", "Admins", "Require multifactor authentication", ["all"], ["mfa"]),
    (
        "CA003",
        "Internals",
        "Require compliant device",
        ["browser", "mobileAppsAndDesktopClients"],
        ["compliantDevice", "domainJoinedDevice"],
    ),
    ("CA004", "Guests", "Require multifactor authentication", ["all"], ["mfa"]),
    ("CA005", "Mobile", "Require app protection", ["mobileAppsAndDesktopClients"], ["compliantApplication"]),
    ("CA006", "Global", "Block unknown locations", ["all"], ["block"]),
)
OFFICE = "00000003-0000-0ff1-ce00-000000000000"


def conditional_access_policy(context: Context, number: int) -> JsonObject:
    """Return a Conditional Access policy with people, places and controls."""
    code, audience, scope, clients, controls = CONDITIONAL_ACCESS[number % len(CONDITIONAL_ACCESS)]
    times = context.times()
    include, exclude = context.some("group", 2), context.some("group", 1)
    users = {
        "includeUsers": [] if include else ["GuestsOrExternalUsers" if audience == "Guests" else "All"],
        "excludeUsers": [],
        "includeGroups": [group["id"] for group in include],
        "excludeGroups": [group["id"] for group in exclude if group not in include],
        "includeRoles": [],
        "excludeRoles": [],
    }
    strength = context.one("authenticationStrength") if controls == ["mfa"] and number % 3 == 1 else None
    grants = {
        "operator": "OR",
        "builtInControls": [] if strength else controls,
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": {"id": strength["id"]} if strength else None,
    }
    return {
        "id": context.new_id(),
        "displayName": context.name(f"{code[:2]}{100 + number:03}", audience, scope),
        "createdDateTime": times["createdDateTime"],
        "modifiedDateTime": times["lastModifiedDateTime"],
        "state": ("enabled", "enabled", "enabledForReportingButNotEnforced", "disabled")[number % 4],
        "templateId": None,
        "conditions": {
            "clientAppTypes": clients,
            "signInRiskLevels": [],
            "userRiskLevels": [],
            "servicePrincipalRiskLevels": [],
            "platforms": None,
            "devices": None,
            "clientApplications": None,
            "applications": {
                "includeApplications": ["All"] if number % 2 else ["Office365"],
                "excludeApplications": [OFFICE] if number % 5 == 4 else [],
                "includeUserActions": [],
            },
            "users": users,
            "locations": _locations(context, scope),
        },
        "grantControls": grants,
        "sessionControls": None,
    }


def _locations(context: Context, scope: str) -> JsonObject | None:
    places = [place["id"] for place in context.some("namedLocation", 2)]
    if "locations" not in scope:
        return None
    return {"includeLocations": ["All"], "excludeLocations": places or ["AllTrusted"]}


def autopilot_profile(context: Context, number: int) -> JsonObject:
    """Return a profile by which new devices set themselves up."""
    identifier = context.new_id()
    return {
        "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
        "id": identifier,
        "displayName": context.name("Autopilot", ("User driven", "Self deploying", "Pre-provisioned")[number % 3]),
        "description": "",
        "language": "os-default",
        "locale": "os-default",
        "deviceNameTemplate": "WS-%SERIAL%",
        "deviceType": "windowsPc",
        "preprovisioningAllowed": number % 3 == 2,
        "hardwareHashExtractionEnabled": False,
        "roleScopeTagIds": context.scope_tags(),
        "managementServiceAppId": None,
        **context.times(),
        "outOfBoxExperienceSetting": {
            "privacySettingsHidden": True,
            "eulaHidden": True,
            "userType": "standard",
            "deviceUsageType": "singleUser",
            "keyboardSelectionPageSkipped": True,
            "escapeLinkHidden": True,
        },
        "assignments": [
            assignment
            for assignment in context.assignments("windowsAutopilotDeploymentProfile", identifier)
            if "exclusion" not in assignment["target"]["@odata.type"]
        ],
    }


def enrollment_configuration(context: Context, number: int) -> JsonObject:
    """Return a restriction for one platform, besides the defaults that every tenant has."""
    identifier = f"{context.new_id()}_SinglePlatformRestriction"
    return {
        "@odata.type": "#microsoft.graph.deviceEnrollmentPlatformRestrictionConfiguration",
        "id": identifier,
        "displayName": context.name(
            "Enrollment", ("Block personal Windows", "Block personal macOS", "Block personal Android")[number % 3]
        ),
        "description": "",
        "priority": number + 1,
        "version": 1,
        "platformType": ("windows", "mac", "android")[number % 3],
        "platformRestriction": {
            "platformBlocked": False,
            "personalDeviceEnrollmentBlocked": True,
            "osMinimumVersion": "",
            "osMaximumVersion": "",
        },
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "assignments": context.assignments("enrollmentConfiguration", identifier, everyone=False),
    }


def enrollment_status_page(context: Context, number: int) -> JsonObject:
    """Return a status page that people see while their device is set up."""
    identifier = f"{context.new_id()}_Windows10EnrollmentCompletionPageConfiguration"
    return {
        "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration",
        "id": identifier,
        "displayName": context.name("Enrollment status page", context.audience()),
        "description": "",
        "priority": number + 1,
        "version": 1,
        "showInstallationProgress": True,
        "blockDeviceSetupRetryByUser": True,
        "installProgressTimeoutInMinutes": 60,
        "selectedMobileAppIds": [app["id"] for app in context.some("mobileApp", 3)],
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "assignments": context.assignments("enrollmentConfiguration", identifier, everyone=False),
    }


def connections_of(context: Context, tenant: Tenant) -> Iterator[tuple[str, JsonObject]]:
    """Yield the tenant's one certificate of Apple and its one account at Google, each with its path."""
    push = {
        "appleIdentifier": f"mdm@{context.domain}",
        "topicIdentifier": f"com.apple.mgmt.External.{named_id(tenant.id, 'topic')}",
        "expirationDateTime": "2027-06-01T00:00:00Z",
        "certificateSerialNumber": "5A1B2C3D4E5F",
    }
    play = {
        "bindStatus": "boundAndValidated",
        "lastAppSyncStatus": "success",
        "lastAppSyncDateTime": iso(context.now.replace(microsecond=0)),
        "ownerUserPrincipalName": f"android@{context.domain}",
        "ownerOrganizationName": context.tenant_name,
        "enrollmentTarget": "all",
    }
    for name, body in (
        ("applePushNotificationCertificate", push),
        ("androidManagedStoreAccountEnterpriseSettings", play),
    ):
        yield f"deviceManagement/{name}", {"id": named_id(tenant.id, name), **body}


def dep_profile(context: Context, number: int) -> JsonObject:
    """Return an enrollment profile of Apple devices that a company bought."""
    platform = ("IOS", "MacOS")[number % 2]
    return {
        "@odata.type": f"#microsoft.graph.dep{platform}EnrollmentProfile",
        "id": context.new_id(),
        "displayName": context.name("Apple enrollment", "iPhone and iPad" if platform == "IOS" else "Mac"),
        "description": "",
        "requiresUserAuthentication": True,
        "supervisedModeEnabled": True,
        "profileRemovalDisabled": True,
        "isDefault": number == 0,
        "isMandatory": True,
        "supportDepartment": "Workplace",
        "supportPhoneNumber": "+49 30 000000",
        "enabledSkipKeys": ["Siri", "Diagnostics"],
    }


def terms_and_conditions(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Terms that people accept before they enroll."""
    identifier = context.new_id()
    return {
        "id": identifier,
        "displayName": context.name("Terms of use"),
        "description": "",
        "title": "Use of company devices",
        "bodyText": "Company devices are managed.",
        "acceptanceStatement": "I accept",
        "version": 1,
        "roleScopeTagIds": ["0"],
        **context.times(),
        "assignments": [
            {"id": f"{identifier}_0", "target": {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}}
        ],
    }


def branding_profile(context: Context, number: int) -> JsonObject:
    """Return a branding profile of the Company Portal."""
    identifier = context.new_id()
    return {
        "id": identifier,
        "profileName": context.name("Default branding profile" if number == 0 else "Branding"),
        "profileDescription": "",
        "isDefaultProfile": number == 0,
        "displayName": context.tenant_name,
        "themeColor": {"r": 0, "g": 114, "b": 198},
        "showLogo": True,
        "contactITName": "IT support",
        "contactITEmailAddress": f"it@{context.domain}",
        "roleScopeTagIds": ["0"],
        **context.times(),
        "assignments": [] if number == 0 else context.assignments("intuneBrandingProfile", identifier, everyone=False),
    }


def cleanup_rule(context: Context, number: int) -> JsonObject:
    """After how long a silent device is removed."""
    return {
        "id": context.new_id(),
        "displayName": context.name("Cleanup", ("Windows", "macOS", "iOS", "Android")[number % 4]),
        "description": "",
        "deviceCleanupRulePlatformType": ("windows", "macOS", "ios", "androidAOSP")[number % 4],
        "deviceInactivityBeforeRetirementInDays": 90 + 30 * number,
        "lastModifiedDateTime": context.times()["lastModifiedDateTime"],
    }


def provisioning_policy(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Return a policy by which Cloud PCs are provisioned."""
    identifier = context.new_id()
    targets = [
        {"@odata.type": "#microsoft.graph.cloudPcManagementGroupAssignmentTarget", "groupId": group["id"]}
        for group in context.some("group", 2)
    ]
    return {
        "id": identifier,
        "displayName": context.name("Windows 365", context.audience() or "Enterprise"),
        "description": "",
        "provisioningType": "dedicated",
        "imageId": "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc-m365",
        "imageDisplayName": "Windows 11 Enterprise + Microsoft 365 Apps 24H2",
        "imageType": "gallery",
        "microsoftManagedDesktop": {"type": "notManaged", "profile": None},
        "windowsSetting": {"locale": "en-US"},
        "domainJoinConfigurations": [
            {
                "domainJoinType": "azureADJoin",
                "onPremisesConnectionId": None,
                "regionName": "automatic",
                "regionGroup": "europeUnion",
            }
        ],
        "enableSingleSignOn": True,
        "lastModifiedDateTime": context.times()["lastModifiedDateTime"],
        "assignments": [{"id": f"{identifier}_{target['groupId']}", "target": target} for target in targets],
    }


def cloud_pc_user_setting(context: Context, number: int) -> JsonObject:
    """Return a setting of the rights that people have on their Cloud PC."""
    identifier = context.new_id()
    return {
        "id": identifier,
        "displayName": context.name("Windows 365 user setting", context.audience()),
        "localAdminEnabled": number % 2 == 1,
        "resetEnabled": True,
        "selfServiceEnabled": False,
        "restorePointSetting": {"frequencyInHours": 12, "frequencyType": "twelveHours", "userRestoreEnabled": True},
        **context.times(),
        "assignments": [],
    }
