"""How far an object is written back is said for the object, not for its type."""

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.restoring import Reason, RestoreMode

ROWS = [
    ("mobileApp", {"@odata.type": "#microsoft.graph.winGetApp"}, Reason.NONE),
    ("mobileApp", {"@odata.type": "#microsoft.graph.officeSuiteApp"}, Reason.NONE),
    ("mobileApp", {"@odata.type": "#microsoft.graph.win32LobApp"}, Reason.CONTENT_MISSING),
    ("mobileApp", {"@odata.type": "#microsoft.graph.iosVppApp"}, Reason.SYNCED),
    ("mobileApp", {"@odata.type": "#microsoft.graph.managedIOSStoreApp"}, Reason.DELIVERED),
    ("mobileApp", {"@odata.type": "#microsoft.graph.someNewApp"}, Reason.CONTENT_MISSING),
    ("administrativeTemplate", {"policyConfigurationIngestionType": "builtIn"}, Reason.NONE),
    ("administrativeTemplate", {"policyConfigurationIngestionType": "custom"}, Reason.UPLOADED_DEFINITIONS),
    (
        "administrativeTemplate",
        {"definitionValues": [{"definition": {"policyType": "admxBacked"}}]},
        Reason.NONE,
    ),
    (
        "administrativeTemplate",
        {"definitionValues": [{"definition": {"policyType": "admxIngested"}}]},
        Reason.UPLOADED_DEFINITIONS,
    ),
    ("group", {"membershipRule": "user.department -eq 'Sales'"}, Reason.NONE),
    ("group", {"membershipRule": None}, Reason.MEMBERS_MISSING),
    ("group", {}, Reason.MEMBERS_MISSING),
    ("group", {"membershipRule": "x", "onPremisesSyncEnabled": True}, Reason.SYNCED),
    ("group", {"membershipRule": "x", "isAssignableToRole": True}, Reason.GIVES_POWER),
    ("namedLocation", {"@odata.type": "#microsoft.graph.ipNamedLocation"}, Reason.NONE),
    ("namedLocation", {"@odata.type": "#microsoft.graph.compliantNetworkNamedLocation"}, Reason.DELIVERED),
    ("roleAssignment", {}, Reason.GIVES_POWER),
    ("admxFile", {}, Reason.CONTENT_MISSING),
]


@pytest.mark.parametrize(("key", "payload", "reason"), ROWS)
def test_an_object_is_restored_unless_there_is_a_reason(key, payload, reason):
    restorability = registry.get(key).restorability(payload)
    assert restorability.reason is reason
    assert restorability.mode is (RestoreMode.PREVIEW_ONLY if reason else RestoreMode.FULL)


def test_what_is_only_previewed_always_has_its_reason():
    for contract in registry.every():
        assert (contract.restore is RestoreMode.PREVIEW_ONLY) is bool(contract.kept_out)
        if contract.create is None or contract.update is None:
            assert contract.kept_out, contract.key
