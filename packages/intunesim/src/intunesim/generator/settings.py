"""The insides of policies: settings, values, scheduled actions."""

from collections.abc import Sequence

from intunesim.catalog.types import ZERO_GUID
from intunesim.generator.context import Context
from intunesim.json_types import JsonObject
from intunesim.state.tenant import named_id

INSTANCE = "#microsoft.graph.deviceManagementConfiguration"
TEMPLATES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "034ccd46-190c-4afc-adf1-ad7cc11262eb",
        "Security baseline for Windows 10 and later",
        (
            "deviceConfiguration--windows10EndpointProtectionConfiguration_defenderSmartScreen",
            "deviceConfiguration--windows10GeneralConfiguration_autoplay",
        ),
    ),
    (
        "0f2b5d70-d4e9-4156-8c16-1397eb6c54a5",
        "Account protection",
        ("deviceConfiguration--windowsIdentityProtectionConfiguration_pinMinimumLength",),
    ),
    (
        "d1174162-1dd2-4976-affc-6667049ab0ae",
        "Disk encryption (BitLocker)",
        ("deviceConfiguration--windows10EndpointProtectionConfiguration_bitLockerEncryptDevice",),
    ),
    (
        "5340aa10-47a8-4e67-893f-690984e4d5da",
        "macOS firewall",
        ("deviceConfiguration--macOSEndpointProtectionConfiguration_firewallEnabled",),
    ),
)
DEFINITIONS: tuple[tuple[str, str, str, str], ...] = tuple(
    (named_id("admx", name), name, path, scope)
    for name, path, scope in (
        (
            "Block macros from running in Office files from the Internet",
            r"\Microsoft Word 2016\Word Options\Security",
            "user",
        ),
        ("Configure Microsoft Defender SmartScreen", r"\Microsoft Edge\SmartScreen settings", "machine"),
        ("Enable saving passwords to the password manager", r"\Microsoft Edge\Password manager", "machine"),
        ("Set the roaming profile directory", r"\Google Chrome", "machine"),
        ("Silently sign in users to the OneDrive sync app with their Windows credentials", r"\OneDrive", "machine"),
        ("Prohibit access to Control Panel and PC settings", r"\Control Panel", "user"),
        ("Hide these specified drives in My Computer", r"\Windows Components\File Explorer", "user"),
        ("Turn off Autoplay", r"\Windows Components\AutoPlay Policies", "machine"),
    )
)


def catalog_settings(context: Context, ids: Sequence[str], size: int) -> list[JsonObject]:
    """Settings of a policy of the settings catalog: choices, numbers, text, and groups of them."""
    numbered = [
        ids[index] if index < len(ids) else f"{ids[index % len(ids)]}_{index // len(ids)}" for index in range(size)
    ]
    makers = (choice_instance, choice_instance, choice_instance, number_instance, text_instance, group_instance)
    return [
        {
            "id": str(index),
            "settingInstance": makers[context.random.randrange(len(makers))](
                definition, str(context.random.randint(1, 30))
            ),
        }
        for index, definition in enumerate(numbered)
    ]


def choice_instance(definition: str, value: str) -> JsonObject:
    """Return a choice among named options."""
    option: JsonObject = {
        "settingValueTemplateReference": None,
        "value": f"{definition}_{int(value) % 2}",
        "children": [],
    }
    return {
        "@odata.type": f"{INSTANCE}ChoiceSettingInstance",
        "settingDefinitionId": definition,
        "settingInstanceTemplateReference": None,
        "choiceSettingValue": option,
    }


def number_instance(definition: str, value: str) -> JsonObject:
    """Return a number."""
    number = {
        "@odata.type": f"{INSTANCE}IntegerSettingValue",
        "settingValueTemplateReference": None,
        "value": int(value),
    }
    return {
        "@odata.type": f"{INSTANCE}SimpleSettingInstance",
        "settingDefinitionId": definition,
        "settingInstanceTemplateReference": None,
        "simpleSettingValue": number,
    }


def text_instance(definition: str, value: str) -> JsonObject:
    """Return a text."""
    text = {"@odata.type": f"{INSTANCE}StringSettingValue", "settingValueTemplateReference": None, "value": value}
    return {
        "@odata.type": f"{INSTANCE}SimpleSettingInstance",
        "settingDefinitionId": definition,
        "settingInstanceTemplateReference": None,
        "simpleSettingValue": text,
    }


def group_instance(definition: str, value: str) -> JsonObject:
    """Return a group with settings inside."""
    inner = {
        "settingValueTemplateReference": None,
        "children": [choice_instance(f"{definition}_enabled", value), number_instance(f"{definition}_level", value)],
    }
    return {
        "@odata.type": f"{INSTANCE}GroupSettingCollectionInstance",
        "settingDefinitionId": definition,
        "settingInstanceTemplateReference": None,
        "groupSettingCollectionValue": [inner],
    }


def oma_settings(context: Context, owner: str) -> list[JsonObject]:
    """Custom settings: a number in plain, and a text that is masked."""
    secret = f"Contoso-{context.random.getrandbits(32):08x}"
    return [
        {
            "@odata.type": "#microsoft.graph.omaSettingInteger",
            "displayName": "Telemetry",
            "description": None,
            "omaUri": "./Vendor/MSFT/Policy/Config/System/AllowTelemetry",
            "secretReferenceValueId": None,
            "isEncrypted": False,
            "value": 1,
            "isReadOnly": False,
        },
        {
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": "Wi-Fi profile",
            "description": None,
            "omaUri": "./Vendor/MSFT/WiFi/Profile/Corp/WlanXml",
            "isEncrypted": True,
            "secretReferenceValueId": f"{named_id(owner, 'tenant')}_{owner}_{context.new_id()}",
            "value": f"<key>{secret}</key>",
        },
    ]


def scheduled_actions(context: Context, owner: str) -> JsonObject:
    """Return the actions for a device that is not compliant: blocked at once, its owner notified by a template."""
    rule_id = named_id(owner, "rule")
    template = context.one("notificationTemplate")
    actions = [
        {
            "id": named_id(owner, "block"),
            "gracePeriodHours": 0,
            "actionType": "block",
            "notificationTemplateId": ZERO_GUID,
            "notificationMessageCCList": [],
        }
    ]
    if template and context.random.random() < 0.5:
        actions.append(
            {
                "id": named_id(owner, "mail"),
                "gracePeriodHours": 24,
                "actionType": "notification",
                "notificationTemplateId": template["id"],
                "notificationMessageCCList": [],
            }
        )
    return {"id": rule_id, "ruleName": None, "scheduledActionConfigurations": actions}


def intent_setting(context: Context, definition: str) -> JsonObject:
    """Return one setting of an endpoint security policy."""
    value = context.random.randint(0, 1) == 1
    return {
        "@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance",
        "id": context.new_id(),
        "definitionId": definition,
        "valueJson": str(value).lower(),
        "value": value,
    }


def definition_value(context: Context, definition: tuple[str, str, str, str]) -> JsonObject:
    """Return one value of an administrative template, sometimes with what was typed into its fields."""
    identifier = definition[0]
    times = context.times()
    values = [
        {
            "@odata.type": "#microsoft.graph.groupPolicyPresentationValueText",
            "id": context.new_id(),
            "value": str(context.random.randint(1, 9)),
            **times,
            "presentation": presentation_of(identifier),
        }
    ]
    return {
        "id": context.new_id(),
        "enabled": context.random.random() < 0.8,
        "configurationType": "policy",
        **times,
        "definition": definition_body(*definition),
        "presentationValues": values if context.random.random() < 0.4 else [],
    }


def definition_body(identifier: str, name: str, path: str, scope: str) -> JsonObject:
    """Return a definition of an administrative template, as Microsoft ships it."""
    return {
        "id": identifier,
        "displayName": name,
        "explainText": f"{name}.",
        "categoryPath": path,
        "classType": scope,
        "policyType": "admxBacked",
        "version": "1.0",
        "lastModifiedDateTime": "2023-05-01T00:00:00Z",
    }


def presentation_of(identifier: str) -> JsonObject:
    """Return the one field of a definition into which a value is typed."""
    return {
        "@odata.type": "#microsoft.graph.groupPolicyPresentationTextBox",
        "id": named_id(identifier, "presentation"),
        "label": "Value",
        "required": True,
    }


def category_id(template_id: str) -> str:
    """Return the id of the one category that a generated template has."""
    return named_id(template_id, "category")
