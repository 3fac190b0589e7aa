"""The permission to read that a page names is the one that the contract of the type states."""

from tenantpilot.graph.contracts import registry
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.connecting.permissions import OPTIONAL, PERMISSION_OF


def test_every_policy_type_names_the_permission_of_its_contract():
    stated = {contract.key: contract.permissions.to_read[0] for contract in registry.of_configuration()}
    assert stated == PERMISSION_OF
    assert {kind.key for kind in policy_types.every()} <= PERMISSION_OF.keys()


def test_an_optional_permission_is_one_that_a_contract_states():
    stated: dict[str, set[str]] = {}
    for contract in registry.of_configuration():
        for name in contract.permissions.optional:
            stated.setdefault(name, set()).add(contract.key)
    assert {name: set(keys) for name, keys in OPTIONAL.items()} == stated
