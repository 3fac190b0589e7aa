"""The definitions of settings that a tenant's policies use: the service knows them even when the policies are gone."""

from collections.abc import Iterator
from datetime import datetime

from intunesim.catalog import COLLECTIONS
from intunesim.generator.built_in import setting_definition
from intunesim.json_types import Json
from intunesim.state.building import place
from intunesim.state.tenant import Tenant

PATH = "deviceManagement/configurationSettings"
POLICIES = ("deviceManagement/configurationPolicies", "deviceManagement/compliancePolicies")


def remember_definitions(tenant: Tenant, *, now: datetime) -> None:
    """Give every setting in use a definition. Call it before a policy goes: its definitions stay."""
    definition_ids = {entity.id.lower() for entity in tenant.store.entities(PATH)}
    for identifier in sorted(set(_used(tenant))):
        if identifier.lower() not in definition_ids:
            place(tenant, COLLECTIONS[PATH], setting_definition(identifier), now=now, shipped=True)


def _used(tenant: Tenant) -> Iterator[str]:
    for path in POLICIES:
        for entity in tenant.store.entities(path):
            yield from _named(entity.children.get("settings", []))


def _named(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, dict):
        if isinstance(value.get("settingDefinitionId"), str):
            yield value["settingDefinitionId"]
        for item in value.values():
            yield from _named(item)
