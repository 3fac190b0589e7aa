"""Makers of applications, their protection and configuration, and policy sets."""

import base64

from intunesim.generator.context import Context
from intunesim.generator.settings import choice_instance
from intunesim.json_types import JsonObject

SETTINGS: list[JsonObject] = [
    {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting",
        "id": "0",
        "settingInstance": choice_instance("com.microsoft.outlook.mail.focusedinbox", "1"),
    }
]
APPS: tuple[tuple[str, str, str, JsonObject], ...] = (
    ("winGetApp", "Company Portal", "Microsoft Corporation", {"packageIdentifier": "9WZDNCRFJ3PZ"}),
    (
        "officeSuiteApp",
        "Microsoft 365 Apps",
        "Microsoft",
        {"autoAcceptEula": True, "officePlatformArchitecture": "x64", "updateChannel": "monthlyEnterprise"},
    ),
    (
        "win32LobApp",
        "7-Zip",
        "Igor Pavlov",
        {
            "fileName": "7zip.intunewin",
            "setupFilePath": "7z.msi",
            "installCommandLine": "msiexec /i 7z.msi /qn",
            "uninstallCommandLine": "msiexec /x 7z.msi /qn",
        },
    ),
    (
        "win32LobApp",
        "Notepad++",
        "Notepad++ Team",
        {
            "fileName": "npp.intunewin",
            "setupFilePath": "npp.exe",
            "installCommandLine": "npp.exe /S",
            "uninstallCommandLine": "uninstall.exe /S",
        },
    ),
    (
        "win32LobApp",
        "Adobe Acrobat Reader",
        "Adobe",
        {
            "fileName": "acrobat.intunewin",
            "setupFilePath": "setup.exe",
            "installCommandLine": "setup.exe /sAll",
            "uninstallCommandLine": "setup.exe /x",
        },
    ),
    ("windowsMicrosoftEdgeApp", "Microsoft Edge", "Microsoft", {"channel": "stable"}),
    (
        "iosStoreApp",
        "Microsoft Outlook for iOS",
        "Microsoft Corporation",
        {"bundleId": "com.microsoft.Office.Outlook", "appStoreUrl": "https://apps.apple.com/app/id951937596"},
    ),
    (
        "iosStoreApp",
        "Microsoft Teams for iOS",
        "Microsoft Corporation",
        {"bundleId": "com.microsoft.skype.teams", "appStoreUrl": "https://apps.apple.com/app/id1113153706"},
    ),
    (
        "androidManagedStoreApp",
        "Microsoft Authenticator",
        "Microsoft Corporation",
        {"packageId": "com.azure.authenticator", "appIdentifier": "app:com.azure.authenticator"},
    ),
    (
        "androidManagedStoreApp",
        "Managed Home Screen",
        "Microsoft Corporation",
        {"packageId": "com.microsoft.launcher.enterprise", "appIdentifier": "app:com.microsoft.launcher.enterprise"},
    ),
    ("macOSOfficeSuiteApp", "Microsoft 365 for macOS", "Microsoft", {}),
    ("macOSMicrosoftDefenderApp", "Defender for Endpoint (macOS)", "Microsoft", {}),
    ("webApp", "Travel expenses", "Contoso", {"appUrl": "https://travel.contoso.example", "useManagedBrowser": True}),
)
PROTECTED = {
    "ios": ("com.microsoft.Office.Outlook", "com.microsoft.skype.teams"),
    "android": ("com.microsoft.office.outlook", "com.microsoft.teams"),
}
STATE = {
    "publishingState": "published",
    "uploadState": 1,
    "isAssigned": False,
    "dependentAppCount": 0,
    "supersedingAppCount": 0,
    "supersededAppCount": 0,
}


def mobile_app(context: Context, number: int) -> JsonObject:
    """Return an application of one of the usual kinds."""
    type_name, name, publisher, properties = APPS[number % len(APPS)]
    identifier = context.new_id()
    category = context.one("appCategory")
    return {
        "@odata.type": f"#microsoft.graph.{type_name}",
        "id": identifier,
        "displayName": context.name(name, context.audience() if number >= len(APPS) else ""),
        "description": f"{name} by {publisher}",
        "publisher": publisher,
        "isFeatured": number % 7 == 0,
        "owner": "",
        "developer": "",
        "notes": "",
        "largeIcon": None,
        "roleScopeTagIds": context.scope_tags(),
        **STATE,
        **context.times(),
        **properties,
        "categories": [{"id": category["id"], "displayName": category["displayName"]}] if category else [],
        "assignments": [
            {**assignment, "intent": context.random.choice(("required", "available", "uninstall")), "settings": None}
            for assignment in context.assignments("mobileApp", identifier)
        ],
    }


def app_protection(context: Context, number: int) -> JsonObject:
    """Protection of company data inside apps."""
    platform = ("ios", "android")[number % 2]
    identifier = f"T_{context.new_id()}"
    return {
        "@odata.type": f"#microsoft.graph.{platform}ManagedAppProtection",
        "id": identifier,
        "displayName": context.name("MAM", "iOS" if platform == "ios" else "Android", context.audience()),
        "description": "",
        "version": f'"{context.new_id()}"',
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "periodOfflineBeforeAccessCheck": "PT12H",
        "periodOnlineBeforeAccessCheck": "PT30M",
        "allowedInboundDataTransferSources": "allApps",
        "allowedOutboundDataTransferDestinations": "managedApps",
        "organizationalCredentialsRequired": False,
        "pinRequired": True,
        "minimumPinLength": 6,
        "dataBackupBlocked": True,
        "deployedAppCount": len(PROTECTED[platform]),
        "appGroupType": "selectedPublicApps",
        "apps": [_protected_app(platform, name) for name in PROTECTED[platform]],
        "assignments": context.assignments("targetedManagedAppPolicy", identifier, everyone=False),
    }


def mam_app_configuration(context: Context, number: int) -> JsonObject:
    """Settings for protected apps."""
    identifier = f"A_{context.new_id()}"
    return {
        "id": identifier,
        "displayName": context.name("App config", "Managed apps", context.audience()),
        "description": "",
        "version": f'"{context.new_id()}"',
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "customSettings": [{"name": "com.microsoft.outlook.Mail.FocusedInbox", "value": "false"}],
        "targetedAppManagementLevels": "unspecified",
        "appGroupType": "selectedPublicApps",
        "deployedAppCount": 1,
        "apps": [_protected_app("ios", PROTECTED["ios"][0])],
        "settings": SETTINGS if number % 2 else [],
        "assignments": context.assignments("targetedManagedAppPolicy", identifier, everyone=False),
    }


def mdm_app_configuration(context: Context, number: int) -> JsonObject:
    """Settings for apps on managed devices."""
    identifier = context.new_id()
    platform = ("ios", "androidManagedStore")[number % 2]
    apps = [
        app["id"]
        for app in context.objects_by_kind.get("mobileApp", [])
        if app["@odata.type"].startswith(f"#microsoft.graph.{platform}")
    ]
    type_name = "iosMobileAppConfiguration" if platform == "ios" else "androidManagedStoreAppConfiguration"
    payload = base64.b64encode(b'{"kind":"androidenterprise#managedConfiguration","managedProperty":[]}').decode()
    own: JsonObject = {
        "settings": [
            {
                "appConfigKey": "IntuneMAMUPN",
                "appConfigKeyType": "stringType",
                "appConfigKeyValue": "{{userprincipalname}}",
            }
        ]
    }
    if platform != "ios":
        own = {
            "packageId": "app:com.azure.authenticator",
            "payloadJson": payload,
            "permissionActions": [],
            "appSupportsOemConfig": False,
        }
    return {
        "@odata.type": f"#microsoft.graph.{type_name}",
        "id": identifier,
        "displayName": context.name("App config", "Managed devices", context.audience()),
        "description": "",
        "version": 1,
        "roleScopeTagIds": context.scope_tags(),
        "targetedMobileApps": apps[:2] or [context.new_id()],
        **context.times(),
        **own,
        "assignments": context.assignments("managedDeviceMobileAppConfiguration", identifier),
    }


def policy_set(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Return a set of apps and policies that are assigned together."""
    identifier = context.new_id()
    parts = [*context.some("mobileApp", 3), *context.some("deviceConfiguration", 3)]
    return {
        "id": identifier,
        "displayName": context.name("Policy set", context.audience() or "Everyone"),
        "description": "",
        "status": "success",
        "errorCode": "noError",
        "roleScopeTags": ["0"],
        **context.times(),
        "items": [_policy_set_item(identifier, part) for part in parts],
        "assignments": context.assignments("policySet", identifier, everyone=False),
    }


def _policy_set_item(owner: str, part: JsonObject) -> JsonObject:
    is_app = "publisher" in part
    item_type = "mobileApp" if is_app else "deviceConfiguration"
    item = {
        "@odata.type": f"#microsoft.graph.{item_type}PolicySetItem",
        "id": f"{owner}_{part['id']}",
        "payloadId": part["id"],
        "itemType": part["@odata.type"],
        "displayName": part["displayName"],
        "status": "success",
        "errorCode": "noError",
    }
    return {**item, "intent": "required", "settings": None} if is_app else item


def _protected_app(platform: str, name: str) -> JsonObject:
    key = "bundleId" if platform == "ios" else "packageId"
    identifier = {"@odata.type": f"#microsoft.graph.{platform}MobileAppIdentifier", key: name}
    return {"id": f"{name.lower()}.{platform}", "version": "1", "mobileAppIdentifier": identifier}
