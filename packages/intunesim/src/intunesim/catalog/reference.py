"""Collections that Microsoft ships into every tenant, read-only: templates and definitions."""

from intunesim.catalog.model import Child, Collection
from intunesim.catalog.roles import CONFIGURATION


def _shipped(key: str, collection: str, entity: str, *children: Child, page_size: int = 1000) -> Collection:
    return Collection(
        key=key,
        path=f"deviceManagement/{collection}",
        entity=entity,
        read_roles=CONFIGURATION.to_read,
        write_roles=CONFIGURATION.to_write,
        page_size=page_size,
        children=children,
        creates=False,
        updates=frozenset(),
        deletes=False,
        created="",
        modified="",
        scope_tags="",
    )


COLLECTIONS = (
    _shipped(
        "template",
        "templates",
        "deviceManagementTemplate",
        Child("categories", children=(Child("recommendedSettings"), Child("settingDefinitions"))),
        Child("settings"),
    ),
    _shipped(
        "configurationPolicyTemplate", "configurationPolicyTemplates", "deviceManagementConfigurationPolicyTemplate"
    ),
    _shipped("configurationSetting", "configurationSettings", "deviceManagementConfigurationSettingDefinition"),
    _shipped(
        "groupPolicyDefinition",
        "groupPolicyDefinitions",
        "groupPolicyDefinition",
        Child("presentations"),
        Child("category", single=True),
        page_size=200,
    ),
)
