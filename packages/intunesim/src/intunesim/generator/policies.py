"""Makers of configuration: settings catalog, device configuration, compliance, templates."""

from intunesim.generator import settings, words
from intunesim.generator.context import Context
from intunesim.json_types import JsonObject

CLASSIC: tuple[tuple[str, str, str, JsonObject], ...] = (
    (
        "windows10GeneralConfiguration",
        "Win",
        "Device restrictions",
        {"passwordRequired": True, "passwordMinimumLength": 8, "cameraBlocked": False},
    ),
    (
        "windows10EndpointProtectionConfiguration",
        "Win",
        "Endpoint protection",
        {"firewallBlockStatefulFTP": True, "smartScreenEnableInShell": True},
    ),
    (
        "windowsIdentityProtectionConfiguration",
        "Win",
        "Identity protection",
        {"pinMinimumLength": 6, "useSecurityKeyForSignin": True},
    ),
    (
        "windowsDeliveryOptimizationConfiguration",
        "Win",
        "Delivery Optimization",
        {"deliveryOptimizationMode": "httpWithPeeringPrivateGroup"},
    ),
    ("sharedPCConfiguration", "Win", "Shared PC", {"allowLocalStorage": False, "idleTimeBeforeSleepInSeconds": 900}),
    ("windows10CustomConfiguration", "Win", "Custom OMA-URI", {}),
    (
        "macOSGeneralDeviceConfiguration",
        "macOS",
        "Device restrictions",
        {"passwordRequired": True, "passwordMinimumLength": 10},
    ),
    (
        "macOSCustomConfiguration",
        "macOS",
        "Custom profile",
        {"payloadName": "Network", "payloadFileName": "network.mobileconfig", "payload": "PHBsaXN0Lz4="},
    ),
    (
        "iosGeneralDeviceConfiguration",
        "iOS",
        "Device restrictions",
        {"passcodeRequired": True, "passcodeMinimumLength": 6, "cameraBlocked": False},
    ),
    (
        "iosWiFiConfiguration",
        "iOS",
        "Wi-Fi",
        {"networkName": "Corporate", "ssid": "CORP", "connectAutomatically": True, "wiFiSecurityType": "wpaPersonal"},
    ),
    (
        "androidDeviceOwnerGeneralDeviceConfiguration",
        "Android",
        "Device restrictions",
        {"passwordMinimumLength": 6, "cameraBlocked": False},
    ),
    (
        "androidWorkProfileGeneralDeviceConfiguration",
        "Android",
        "Work profile",
        {"workProfileBlockScreenCapture": True},
    ),
)
COMPLIANCE: tuple[tuple[str, str, JsonObject], ...] = (
    (
        "windows10CompliancePolicy",
        "Win",
        {
            "passwordRequired": True,
            "bitLockerEnabled": True,
            "secureBootEnabled": True,
            "osMinimumVersion": "10.0.22631",
        },
    ),
    (
        "macOSCompliancePolicy",
        "macOS",
        {"passwordRequired": True, "storageRequireEncryption": True, "osMinimumVersion": "14.6"},
    ),
    (
        "iosCompliancePolicy",
        "iOS",
        {"passcodeRequired": True, "securityBlockJailbrokenDevices": True, "osMinimumVersion": "17.6"},
    ),
    ("androidDeviceOwnerCompliancePolicy", "Android", {"passwordRequired": True, "storageRequireEncryption": True}),
    (
        "androidWorkProfileCompliancePolicy",
        "Android work profile",
        {"passwordRequired": True, "securityBlockJailbrokenDevices": True},
    ),
)


def settings_catalog(context: Context, number: int) -> JsonObject:
    """Return a settings catalog policy; now and then a large one with hundreds of settings."""
    platform, technologies, topic, ids = words.CATALOG_TOPICS[context.random.randrange(len(words.CATALOG_TOPICS))]
    policy_id = context.new_id()
    size = 306 if number % 97 == 41 else context.random.choice((1, 1, 1, 2, 3, 4, 8, 30))
    return {
        "id": policy_id,
        "name": context.name(words.PLATFORM_PREFIX[platform], topic, context.audience()),
        "description": f"{topic} for {words.PLATFORM_PREFIX[platform]}" if number % 3 else "",
        "platforms": platform,
        "technologies": technologies,
        "creationSource": None,
        "roleScopeTagIds": context.scope_tags(),
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": None,
            "templateDisplayVersion": None,
        },
        "priorityMetaData": None,
        **context.times(),
        "settings": settings.catalog_settings(context, ids, size),
        "assignments": context.assignments("deviceManagementConfigurationPolicy", policy_id),
    }


def device_configuration(context: Context, number: int) -> JsonObject:
    """Return a classic profile of one of a dozen types."""
    type_name, platform, topic, properties = CLASSIC[number % len(CLASSIC)]
    identifier = context.new_id()
    own = dict(properties)
    if type_name == "windows10CustomConfiguration":
        own["omaSettings"] = settings.oma_settings(context, identifier)
    return {
        "@odata.type": f"#microsoft.graph.{type_name}",
        "id": identifier,
        "displayName": context.name(platform, topic, context.audience()),
        "description": None if number % 2 else f"{topic}, maintained by the workplace team",
        "roleScopeTagIds": context.scope_tags(),
        "supportsScopeTags": True,
        "version": context.random.randint(1, 14),
        **context.times(),
        **own,
        "assignments": context.assignments("deviceConfiguration", identifier),
    }


def update_ring(context: Context, number: int) -> JsonObject:
    """Return a ring of Windows updates."""
    identifier = context.new_id()
    return {
        "@odata.type": "#microsoft.graph.windowsUpdateForBusinessConfiguration",
        "id": identifier,
        "displayName": context.name("Win", "Update ring", ("0 Test", "1 Pilot", "2 Broad", "3 Critical")[number % 4]),
        "description": None,
        "roleScopeTagIds": context.scope_tags(),
        "supportsScopeTags": True,
        "version": context.random.randint(1, 9),
        **context.times(),
        "automaticUpdateMode": "autoInstallAtMaintenanceTime",
        "qualityUpdatesDeferralPeriodInDays": number * 3 % 21,
        "featureUpdatesDeferralPeriodInDays": number * 30 % 120,
        "qualityUpdatesPaused": False,
        "featureUpdatesPaused": False,
        "qualityUpdatesPauseExpiryDateTime": "0001-01-01T00:00:00Z",
        "featureUpdatesPauseExpiryDateTime": "0001-01-01T00:00:00Z",
        "microsoftUpdateServiceAllowed": True,
        "driversExcluded": False,
        "assignments": context.assignments("deviceConfiguration", identifier, most=6),
    }


def compliance_policy(context: Context, number: int) -> JsonObject:
    """Return a compliance policy, with the actions for a device that is not compliant."""
    type_name, platform, properties = COMPLIANCE[number % len(COMPLIANCE)]
    identifier = context.new_id()
    return {
        "@odata.type": f"#microsoft.graph.{type_name}",
        "id": identifier,
        "displayName": context.name(platform, "Compliance", context.audience()),
        "description": None,
        "roleScopeTagIds": context.scope_tags(),
        "version": context.random.randint(1, 6),
        **context.times(),
        **properties,
        "scheduledActionsForRule": [settings.scheduled_actions(context, identifier)],
        "assignments": context.assignments("deviceCompliancePolicy", identifier),
    }


def linux_compliance(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Return a compliance policy in the form of the settings catalog."""
    identifier = context.new_id()
    return {
        "id": identifier,
        "name": context.name("Linux", "Compliance"),
        "description": "",
        "platforms": "linux",
        "technologies": "linuxMdm",
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
        "settings": settings.catalog_settings(
            context, ("linux_distribution_minimumversion", "linux_passwordpolicy_minimumlength"), 2
        ),
        "scheduledActionsForRule": [settings.scheduled_actions(context, identifier)],
        "assignments": context.assignments("deviceManagementConfigurationPolicy", identifier),
    }


def intent(context: Context, number: int) -> JsonObject:
    """Return an endpoint security policy or baseline of the older kind."""
    identifier = context.new_id()
    template_id, topic, definitions = settings.TEMPLATES[number % len(settings.TEMPLATES)]
    chosen = [settings.intent_setting(context, definition) for definition in definitions]
    return {
        "id": identifier,
        "displayName": context.name("Win", topic, context.audience()),
        "description": None,
        "isAssigned": False,
        "isMigratingToConfigurationPolicy": False,
        "templateId": template_id,
        "roleScopeTagIds": context.scope_tags(),
        "lastModifiedDateTime": context.times()["lastModifiedDateTime"],
        "settings": chosen,
        "categories": [{"id": settings.category_id(template_id), "displayName": topic, "settings": chosen}],
        "assignments": context.assignments("deviceManagementIntent", identifier),
    }


def administrative_template(context: Context, number: int) -> JsonObject:
    """Return a policy of administrative templates with a few values."""
    identifier = context.new_id()
    definitions = context.random.sample(settings.DEFINITIONS, 2 + number % 4)
    return {
        "id": identifier,
        "displayName": context.name(
            "Win",
            "ADMX",
            context.random.choice(("Office", "Edge", "Chrome", "Explorer", "OneDrive")),
            context.audience(),
        ),
        "description": "",
        "roleScopeTagIds": context.scope_tags(),
        "policyConfigurationIngestionType": "builtIn",
        **context.times(),
        "definitionValues": [settings.definition_value(context, definition) for definition in definitions],
        "assignments": context.assignments("groupPolicyConfiguration", identifier),
    }


def admx_file(context: Context, number: int) -> JsonObject:
    """Return an uploaded file of administrative templates; its content never comes back."""
    vendor = ("chrome", "firefox", "zoom", "adobe", "citrix")[number % 5]
    times = context.times()
    return {
        "id": context.new_id(),
        "displayName": context.name(f"{vendor.capitalize()} templates"),
        "description": None,
        "languageCodes": ["en-US"],
        "targetPrefix": vendor,
        "targetNamespace": f"{vendor.capitalize()}.Policies",
        "policyType": "admxIngested",
        "revision": "1.0",
        "fileName": f"{vendor}.admx",
        "status": "available",
        "content": None,
        "uploadDateTime": times["createdDateTime"],
        "lastModifiedDateTime": times["lastModifiedDateTime"],
        "groupPolicyUploadedLanguageFiles": [],
    }


def reusable_setting(context: Context, number: int) -> JsonObject:  # noqa: ARG001
    """Return a setting that several policies share."""
    definition = "vendor_msft_firewall_mdmstore_dynamickeywords_addresses_{id}"
    return {
        "id": context.new_id(),
        "displayName": context.name("Reusable", "Firewall addresses"),
        "description": "",
        "settingDefinitionId": definition,
        "settingInstance": settings.text_instance(definition, f"10.{context.random.randint(0, 250)}.0.0/16"),
        "version": 1,
        "referencingConfigurationPolicyCount": 0,
        **context.times(),
    }
