"""Place what every tenant has from the start: the organization, and everything that Microsoft ships."""

from datetime import datetime

from intunesim.catalog import COLLECTIONS
from intunesim.generator.built_in import built_in_objects
from intunesim.generator.settings import DEFINITIONS, definition_body, presentation_of
from intunesim.json_types import JsonObject
from intunesim.state.building import place
from intunesim.state.tenant import Tenant


def place_shipped(tenant: Tenant, *, now: datetime) -> None:
    """Put in place what a tenant has before anybody configures anything."""
    for path, payload in (
        ("organization", _organization(tenant)),
        *built_in_objects(tenant),
        *(("deviceManagement/groupPolicyDefinitions", _definition(*definition)) for definition in DEFINITIONS),
    ):
        place(tenant, COLLECTIONS[path], payload, now=now, shipped=True)


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


def _definition(identifier: str, name: str, path: str, scope: str) -> JsonObject:
    return {**definition_body(identifier, name, path, scope), "presentations": [presentation_of(identifier)]}
