"""The lock-out simulation: what must be refused is refused, and nothing of a usual baseline is (FLOWS R10)."""

import pytest

from tenantpilot.restores.lockout import Account, Change, blocks_everybody, lockouts

pytestmark = pytest.mark.same_on_both

ANNA, BERT = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
GLASS, OUTER, ADMINS, OTHERS = "break-glass", "outer-group", "role-global-administrator", "another-group"
INSIDE = frozenset({GLASS, OUTER, ADMINS})
BOTH = (Account(ANNA, INSIDE), Account(BERT, INSIDE))
PLAIN = (Account(ANNA), Account(BERT))
OFF = (Account(ANNA, INSIDE, is_enabled=False), Account(BERT, frozenset()))


def policy(state="enabled", people=("All",), apps=("All",), controls=("mfa",), locations=None, **users):
    conditions = {
        "users": {"includeUsers": list(people), "excludeUsers": [], "excludeGroups": [], "excludeRoles": [], **users},
        "applications": {"includeApplications": list(apps), "excludeApplications": []},
        "clientAppTypes": ["all"],
        "locations": locations,
    }
    return {"state": state, "conditions": conditions, "grantControls": {"builtInControls": list(controls)}}


FOR_ADMINS = {"people": (), "includeRoles": [ADMINS]}
NOWHERE = {"includeLocations": ["All"], "excludeLocations": ["00000000-dead-4000-8000-000000000000"]}
ALONE, TOGETHER = "lockout_risk", "lockout_together"
ONE = {
    # what is written, the emergency accounts, the policies that stay: the code
    "nobody is excluded": (policy(), BOTH, [], ALONE),
    "another person is excluded": (policy(excludeUsers=["cccc"]), BOTH, [], ALONE),
    "excluded directly": (policy(excludeUsers=[ANNA.upper()]), PLAIN, [], ""),
    "excluded through a group": (policy(excludeGroups=[GLASS]), BOTH, [], ""),
    "excluded through the group around the group": (policy(excludeGroups=[OUTER]), BOTH, [], ""),
    "another group is excluded": (policy(excludeGroups=[OTHERS]), BOTH, [], ALONE),
    "excluded through a role": (policy(excludeRoles=[ADMINS]), BOTH, [], ""),
    "excluded through a role that nobody has": (policy(excludeRoles=[ADMINS]), PLAIN, [], ALONE),
    "for administrators, without exclusion": (policy(**FOR_ADMINS), BOTH, [], ALONE),
    "for administrators, with exclusion": (policy(excludeGroups=[GLASS], **FOR_ADMINS), BOTH, [], ""),
    "the excluded account is disabled": (policy(excludeUsers=[ANNA]), OFF, [], ALONE),
    "no account is left": (policy(excludeUsers=[ANNA]), (), [], ALONE),
    "a location that does not exist": (policy(locations=NOWHERE, controls=("block",)), BOTH, [], ALONE),
    "a place does not replace an account": (policy(locations={"excludeLocations": ["AllTrusted"]}), BOTH, [], ALONE),
    "each policy excludes another account": (
        policy(excludeUsers=[ANNA]), PLAIN, [policy(excludeUsers=[BERT])], TOGETHER,
    ),
    "one account is excluded from both": (
        policy(excludeUsers=[ANNA]), PLAIN, [policy(excludeUsers=[ANNA, BERT])], "",
    ),
    "the other one is report-only": (
        policy(excludeUsers=[ANNA]), PLAIN, [policy("enabledForReportingButNotEnforced")], "",
    ),
    "a policy that excludes all is not to blame for another": (
        policy(excludeUsers=[ANNA, BERT]), PLAIN, [policy()], "",
    ),
    "report-only": (policy("enabledForReportingButNotEnforced"), BOTH, [], ""),
    "disabled": (policy("disabled"), BOTH, [], ""),
    "for some groups": (policy(people=(), includeGroups=[OTHERS]), BOTH, [], ""),
    "for guests": (policy(people=("GuestsOrExternalUsers",)), BOTH, [], ""),
    "for workload identities": (policy(people=("None",)), BOTH, [], ""),
    "deleted": ({}, BOTH, [], ""),
}  # fmt: skip


@pytest.mark.parametrize(("written", "accounts", "others", "code"), ONE.values(), ids=ONE)
def test_a_policy_is_refused_where_no_emergency_account_is_left(written, accounts, others, code):
    assert lockouts({1: Change(written)}, others, accounts).get(1, "") == code


def test_two_written_policies_that_lock_out_only_together_are_both_refused():
    changes = {1: Change(policy(excludeUsers=[ANNA])), 2: Change(policy(excludeUsers=[BERT]))}
    assert lockouts(changes, [], PLAIN) == {1: TOGETHER, 2: TOGETHER}


def test_a_refused_policy_does_not_take_a_good_one_with_it():
    """The first is not written: what it is now counts, and that excludes Anna."""
    changes = {1: Change(policy(), policy(excludeUsers=[ANNA])), 2: Change(policy(excludeUsers=[ANNA]))}
    assert lockouts(changes, [], PLAIN) == {1: ALONE}


def test_a_restore_that_mends_a_lock_out_goes_through():
    assert lockouts({1: Change(policy(excludeUsers=[ANNA]), policy())}, [], PLAIN) == {}


def test_nothing_of_a_usual_baseline_is_refused():
    safe = {"excludeGroups": [GLASS]}
    baseline = [
        policy(**safe),
        policy(controls=("block",), **safe),
        policy(excludeGroups=[GLASS, OTHERS], controls=("compliantDevice", "domainJoinedDevice")),
        policy(people=(), includeRoles=[ADMINS], **safe),
        policy(apps=("MicrosoftAdminPortals",), excludeRoles=[ADMINS], excludeUsers=[ANNA]),
        policy(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}, **safe),
        policy(people=("GuestsOrExternalUsers",)),
        policy(people=("None",), controls=("block",)),
        policy("enabledForReportingButNotEnforced", controls=("block",)),
    ]
    assert lockouts({n: Change(one) for n, one in enumerate(baseline)}, baseline, BOTH) == {}


BLOCKING = {"controls": ("block",)}
SHUT = {
    "everybody from everything": (policy(**BLOCKING), True),
    "somebody is excluded": (policy(excludeUsers=[ANNA], **BLOCKING), False),
    "from one application": (policy(apps=("x",), **BLOCKING), False),
    "asks for a second factor": (policy(), False),
    "from a place": (policy(locations={"includeLocations": ["x"]}, **BLOCKING), False),
    "in report-only": (policy("enabledForReportingButNotEnforced", **BLOCKING), False),
}


@pytest.mark.parametrize(("blocking", "expected"), SHUT.values(), ids=SHUT)
def test_a_policy_that_shuts_everybody_out_is_known_without_emergency_accounts(blocking, expected):
    assert blocks_everybody(blocking) is expected


def test_legacy_sign_ins_may_be_blocked_for_everybody():
    legacy = policy(**BLOCKING)
    legacy["conditions"]["clientAppTypes"] = ["exchangeActiveSync", "other"]
    assert not blocks_everybody(legacy)
