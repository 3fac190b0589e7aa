"""Values that Graph takes but does not give back in plain.

Source: https://learn.microsoft.com/graph/api/intune-deviceconfig-deviceconfiguration-getomasettingplaintextvalue
"""

from intunesim.catalog import Collection
from intunesim.json_types import Json, JsonObject
from intunesim.state.entities import Entity
from intunesim.state.tenant import named_id

MASK = "****"
TEXT_SETTINGS = frozenset(
    {"#microsoft.graph.omaSettingString", "#microsoft.graph.omaSettingStringXml", "#microsoft.graph.omaSettingBase64"}
)
SECRET_VALUE = "#microsoft.graph.deviceManagementConfigurationSecretSettingValue"  # noqa: S105 - a type name


def mask_written(collection: Collection, entity: Entity) -> None:
    """Mask what a client has just written: every text among OMA settings, secret settings, keys of Wi-Fi profiles."""
    for index, setting in enumerate(_oma_settings(entity)):
        if setting.get("@odata.type") in TEXT_SETTINGS and isinstance(setting.get("value"), str):
            _mask_oma(entity, setting, index)
    for name in collection.write_only:
        if name in entity.body:
            entity.body[name] = None
    _mask_secret_settings(entity, entity.children.get("settings", []))


def mask_loaded(entity: Entity) -> None:
    """Mask what an export says is encrypted, although the exporting tool fetched it in plain."""
    for index, setting in enumerate(_oma_settings(entity)):
        if setting.get("isEncrypted") and isinstance(setting.get("value"), str) and setting["value"] != MASK:
            _mask_oma(entity, setting, index, reference=setting.get("secretReferenceValueId"))
    _mask_secret_settings(entity, entity.children.get("settings", []))


def _oma_settings(entity: Entity) -> list[JsonObject]:
    settings = entity.body.get("omaSettings")
    return [setting for setting in settings if isinstance(setting, dict)] if isinstance(settings, list) else []


def _mask_oma(entity: Entity, setting: JsonObject, index: int, reference: str | None = None) -> None:
    plain = setting["value"]
    reference = reference or f"{named_id(entity.id, 'secret')}_{entity.id}_{named_id(entity.id, str(index), plain)}"
    entity.secrets[reference] = plain
    setting.update(isEncrypted=True, secretReferenceValueId=reference, value=MASK)


def _mask_secret_settings(entity: Entity, value: Json) -> None:
    """A secret that arrives in plain is kept and shown as a token from then on."""
    if isinstance(value, list):
        for item in value:
            _mask_secret_settings(entity, item)
    elif isinstance(value, dict):
        if value.get("@odata.type") == SECRET_VALUE and value.get("valueState") == "notEncrypted":
            token = named_id(entity.id, "secret-setting", str(value.get("value")))
            entity.secrets[token] = str(value.get("value"))
            value.update(value=token, valueState="encryptedValueToken")
        for item in value.values():
            _mask_secret_settings(entity, item)
