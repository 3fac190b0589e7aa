"""The catalogue of types and the contracts of Graph speak of the same things."""

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.platforms import platform_of
from tenantpilot.inventory.policy_types import Platform, UnknownPolicyType


def test_every_contract_of_configuration_has_a_policy_type_and_none_is_left_over():
    assert {kind.key for kind in policy_types.every()} == {contract.key for contract in registry.of_configuration()}


def test_no_choice_means_all_types():
    assert policy_types.chosen(None) == tuple(kind.key for kind in policy_types.every())


def test_a_choice_comes_in_catalogue_order_and_each_once():
    assert policy_types.chosen(["group", "settingsCatalog", "group"]) == ("settingsCatalog", "group")


def test_an_unknown_type_is_named():
    with pytest.raises(UnknownPolicyType) as refused:
        policy_types.chosen(["settingsCatalog", "floppyDisk"])
    assert refused.value.keys == ["floppyDisk"]


@pytest.mark.parametrize(
    ("key", "item", "platform"),
    [
        ("settingsCatalog", {"platforms": "windows10"}, Platform.WINDOWS),
        ("settingsCatalog", {"platforms": "iOS,macOS"}, Platform.ALL),
        ("deviceConfiguration", {"@odata.type": "#microsoft.graph.macOSCustomConfiguration"}, Platform.MACOS),
        ("deviceConfiguration", {"@odata.type": "#microsoft.graph.windows10CustomConfiguration"}, Platform.WINDOWS),
        ("compliancePolicy", {"@odata.type": "#microsoft.graph.androidCompliancePolicy"}, Platform.ANDROID),
        ("assignmentFilter", {"platform": "iOS"}, Platform.IOS),
        ("conditionalAccessPolicy", {"@odata.type": "#microsoft.graph.conditionalAccessPolicy"}, Platform.ALL),
        ("powershellScript", {}, Platform.WINDOWS),
    ],
)
def test_the_platform_is_read_off_the_type_or_the_object(key, item, platform):
    assert platform_of(item, policy_types.get(key)) is platform
