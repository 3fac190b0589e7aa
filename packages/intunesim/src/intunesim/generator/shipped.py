"""What every tenant has from the start: the organization, the default scope tag, Microsoft's templates."""

from datetime import datetime

from intunesim.catalog import COLLECTIONS
from intunesim.generator.settings import DEFINITIONS, TEMPLATES, category_id, definition_body, presentation_of
from intunesim.json_types import JsonObject
from intunesim.state.building import place
from intunesim.state.tenant import Tenant, named_id


def place_shipped(tenant: Tenant, *, now: datetime) -> None:
    """Put in place what a tenant has before anybody configures anything."""
    for path, payload in (
        ("organization", _organization(tenant)),
        ("deviceManagement/roleScopeTags", {"id": "0", "displayName": "Default", "description": "", "isBuiltIn": True}),
        *(("deviceManagement/templates", _template(*each)) for each in TEMPLATES),
        *(("deviceManagement/groupPolicyDefinitions", _definition(*each)) for each in DEFINITIONS),
    ):  # fmt: skip
        place(tenant, COLLECTIONS[path], payload, now=now)


def _organization(tenant: Tenant) -> JsonObject:
    return {
        "id": tenant.id,
        "displayName": tenant.name,
        "tenantType": "AAD",
        "countryLetterCode": "DE",
        "createdDateTime": "2019-03-01T08:00:00Z",
        "mobileDeviceManagementAuthority": "intune",
        "verifiedDomains": [
            {
                "name": tenant.domain,
                "isDefault": True,
                "isInitial": True,
                "type": "Managed",
                "capabilities": "Email, OfficeCommunicationsOnline",
            }
        ],
    }


def _template(identifier: str, name: str, definitions: tuple[str, ...]) -> JsonObject:
    settings = [
        {
            "@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance",
            "id": named_id(identifier, each),
            "definitionId": each,
            "valueJson": "null",
        }
        for each in definitions
    ]
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
        "publishedDateTime": "2021-12-01T00:00:00Z",
        "settings": settings,
        "categories": [
            {
                "id": category_id(identifier),
                "displayName": name,
                "recommendedSettings": settings,
                "settingDefinitions": [],
            }
        ],
    }


def _definition(identifier: str, name: str, path: str, scope: str) -> JsonObject:
    return {**definition_body(identifier, name, path, scope), "presentations": [presentation_of(identifier)]}
