"""The state of a Conditional Access policy after a restore, as a table (FLOWS 2.6): nothing by itself."""

from itertools import product

import pytest

from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.policy_state import DISABLED, ENABLED, REPORT_ONLY, choices_for, with_safe_state
from tenantpilot.restores.states import StateChoice

pytestmark = pytest.mark.same_on_both

NEW = None
USUAL, ENFORCE, WEAKEN = StateChoice
ON_ACTIONS = {"applications": {"includeUserActions": ["urn:user:registersecurityinfo"]}}

TABLE = {
    # the policy in the tenant, the version: the state as usual, when enforced, when weakened
    (NEW, ENABLED): (REPORT_ONLY, ENABLED, REPORT_ONLY),
    (NEW, REPORT_ONLY): (REPORT_ONLY, REPORT_ONLY, REPORT_ONLY),
    (NEW, DISABLED): (DISABLED, DISABLED, DISABLED),
    (ENABLED, ENABLED): (ENABLED, ENABLED, ENABLED),
    (ENABLED, REPORT_ONLY): (ENABLED, ENABLED, REPORT_ONLY),
    (ENABLED, DISABLED): (ENABLED, ENABLED, DISABLED),
    (REPORT_ONLY, ENABLED): (REPORT_ONLY, ENABLED, REPORT_ONLY),
    (REPORT_ONLY, REPORT_ONLY): (REPORT_ONLY, REPORT_ONLY, REPORT_ONLY),
    (REPORT_ONLY, DISABLED): (REPORT_ONLY, REPORT_ONLY, REPORT_ONLY),
    (DISABLED, ENABLED): (DISABLED, ENABLED, DISABLED),
    (DISABLED, REPORT_ONLY): (DISABLED, DISABLED, DISABLED),
    (DISABLED, DISABLED): (DISABLED, DISABLED, DISABLED),
}
OF_ACTIONS = {
    # report-only does not exist for what people do with their account
    **{key: states for key, states in TABLE.items() if key[0] in (ENABLED, DISABLED)},
    (NEW, ENABLED): (DISABLED, ENABLED, DISABLED),
    (NEW, REPORT_ONLY): (DISABLED, DISABLED, DISABLED),
    (NEW, DISABLED): (DISABLED, DISABLED, DISABLED),
    (ENABLED, REPORT_ONLY): (ENABLED, ENABLED, DISABLED),
}
CASES = [
    (live, version, choice, has_actions, state)
    for has_actions, table in ((False, TABLE), (True, OF_ACTIONS))
    for (live, version), states in table.items()
    for choice, state in zip(StateChoice, states, strict=True)
]


def policy(state, **more):
    return {"state": state, "conditions": {}, **more}


def test_the_table_has_every_case():
    assert len(CASES) == 63
    assert set(TABLE) == set(product((NEW, ENABLED, REPORT_ONLY, DISABLED), (ENABLED, REPORT_ONLY, DISABLED)))


@pytest.mark.parametrize(("live", "version", "choice", "has_actions", "state"), CASES)
def test_a_policy_gets_the_state_of_the_table(live, version, choice, has_actions, state):
    source = policy(version, conditions=ON_ACTIONS if has_actions else {})
    sharp = with_safe_state(source, policy(live) if live else None, choice)
    assert sharp.payload["state"] == state
    assert sharp.becomes_enforced == (state == ENABLED and live != ENABLED)
    assert sharp.is_enforced == (state == ENABLED)
    assert ("weakens_policy" in sharp.warnings) == (live == ENABLED and state != ENABLED)
    if sharp.becomes_enforced:
        assert choice is ENFORCE, "nothing becomes stronger by itself"
    if "weakens_policy" in sharp.warnings:
        assert choice is WEAKEN, "nothing becomes weaker by itself"


@pytest.mark.parametrize(("version", "other"), [(ENABLED, ENFORCE), (REPORT_ONLY, WEAKEN), (DISABLED, WEAKEN)])
def test_a_version_offers_what_it_allows(version, other):
    assert choices_for(policy(version)) == (USUAL, other)


def test_report_only_with_a_compliant_device_warns():
    source = policy(ENABLED, grantControls={"builtInControls": ["compliantDevice"]})
    assert with_safe_state(source, None).warnings == ("asks_for_compliant_device",)
    weakened = with_safe_state({**source, "state": REPORT_ONLY}, policy(ENABLED), WEAKEN)
    assert weakened.warnings == ("weakens_policy", "asks_for_compliant_device")


def test_controls_that_the_version_lacks_are_cleared():
    assert with_safe_state({"state": ENABLED}, {"state": ENABLED}).payload["sessionControls"] is None


@pytest.mark.parametrize("stored", [{"assignments": "exact", "enforce": True}, {"assignments": "exact"}])
def test_options_of_drafts_from_before_are_read(stored):
    assert RestoreOptions.from_json(stored) == RestoreOptions(assignments="exact")
    assert RestoreOptions.from_json(RestoreOptions("exact").to_json()) == RestoreOptions("exact")
