"""Definitions of the settings catalog: those that ship, and those of settings that the tenant's policies use."""

from collections.abc import Iterator
from dataclasses import replace

from intunesim.catalog import COLLECTIONS
from intunesim.generator.built_in import setting_definition
from intunesim.graph import router
from intunesim.graph.messages import Answer, Call
from intunesim.json_types import Json
from intunesim.state.building import place
from intunesim.state.tenant import Tenant

PATH = "deviceManagement/configurationSettings"
POLICIES = ("deviceManagement/configurationPolicies", "deviceManagement/compliancePolicies")


def answer_definitions(call: Call) -> Answer:
    """GET configurationSettings. The service knows thousands; here every setting in use has a definition."""
    definition_ids = {entity.id.lower() for entity in call.tenant.store.entities(PATH)}
    for identifier in sorted(set(_used(call.tenant))):
        if identifier.lower() not in definition_ids:
            place(call.tenant, COLLECTIONS[PATH], setting_definition(identifier), now=call.now, shipped=True)
    rest = call.rest if call.rest != ("configurationsettings",) else ()
    return router.answer(replace(call, rest=rest))


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
