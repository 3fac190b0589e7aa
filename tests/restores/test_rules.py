"""Rules of a restore as tables: assignments and the fingerprint."""

from dataclasses import replace

import pytest

from tenantpilot.restores.assigning import assignments_for, has_doubled_targets, rule_for, usual_rule
from tenantpilot.restores.duration import least_seconds
from tenantpilot.restores.fingerprint import ItemPart, MappingPart, fingerprint_of
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.states import Assignments
from tenantpilot.restores.words import assignment_rules

pytestmark = pytest.mark.same_on_both

KINDS = {"users": "allLicensedUsers", "devices": "allDevices"}


def row(name, *, excluded=False, source=""):
    """An assignment to a group, or to all users or devices."""
    if name in KINDS:
        target = {"@odata.type": f"#microsoft.graph.{KINDS[name]}AssignmentTarget"}
    else:
        kind = "exclusionGroup" if excluded else "group"
        target = {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", "groupId": name}
    return {"target": target, **({"source": source} if source else {})}


def names(rows):
    return [one["target"].get("groupId") or one["target"]["@odata.type"].rpartition(".")[2] for one in rows]


ALL = "allDevicesAssignmentTarget"
TABLE = {
    "keep leaves what is there": ("keep", ["a"], ["b"], None, ()),
    "keep of a new object is what the version says": ("keep", ["a"], None, ["a"], ()),
    "exact takes away": ("exact", ["a"], ["a", "b"], ["a"], ()),
    "exact with nothing ends all": ("exact", [], ["b"], [], ("unassigns_all",)),
    "exact with all devices asks": ("exact", ["devices"], ["a"], [ALL], ("wide_target",)),
    "all devices that are there already do not ask": ("exact", ["devices"], ["devices", "a"], [ALL], ()),
    "merge is both": ("merge", ["a"], ["b"], ["a", "b"], ()),
    "none writes nothing": ("none", ["a"], ["b"], None, ()),
    "none of a new object": ("none", ["a"], None, None, ()),
    "a new object of a version without any": ("exact", [], None, None, ()),
}


@pytest.mark.parametrize(("rule", "source", "live", "expected", "warnings"), TABLE.values(), ids=TABLE)
def test_assignments_follow_the_rule(rule, source, live, expected, warnings):
    present = None if live is None else [row(name) for name in live]
    answer = assignments_for(Assignments(rule), [row(name) for name in source], present)
    assert (None if answer.rows is None else names(answer.rows)) == expected
    assert answer.warnings == warnings


def test_each_target_stands_alone():
    """Intune-Toolkit #65: all users leave, all devices stay."""
    answer = assignments_for(Assignments.EXACT, [row("devices")], [row("users"), row("devices")])
    assert names(answer.rows) == [ALL]


def test_of_one_target_the_version_wins():
    answer = assignments_for(Assignments.MERGE, [row("a", excluded=True)], [row("a"), row("b")])
    assert [one["target"]["@odata.type"].rpartition(".")[2][:5] for one in answer.rows] == ["exclu", "group"]


def test_rows_of_a_policy_set_stay_and_are_not_taken_from_a_version():
    answer = assignments_for(
        Assignments.EXACT, [row("a"), row("x", source="policySets")], [row("s", source="policySets"), row("b")]
    )
    assert names(answer.rows) == ["a", "s"]


def test_a_row_of_a_policy_set_beside_one_of_the_same_target_is_no_double():
    rows = assignments_for(Assignments.EXACT, [row("a")], [row("a", source="policySets")]).rows
    assert names(rows) == ["a", "a"]
    assert not has_doubled_targets(rows)
    assert has_doubled_targets([row("a"), row("a")])


@pytest.mark.parametrize(
    ("is_new", "same", "rule"),
    [(False, True, "keep"), (True, True, "exact"), (True, False, "none"), (False, False, "none")],
)
def test_the_usual_rule_widens_nothing(is_new, same, rule):
    assert usual_rule(is_new=is_new, same_tenant=same) == rule


PROMISES = {
    "What is there keeps its own;": (False, False),
    "What is there keeps its own and gets those of the version": (False, True),
    "What is there and what is created gets those": (False, True),
    "what is created gets those": (True, True),
    "what is created is assigned to nobody": (True, False),
}
"""The words of a rule: if they speak of an object that is created, and if rows of the version are written to it."""


@pytest.mark.parametrize("same", [True, False])
def test_the_words_of_each_rule_are_what_it_does(same):
    promised = set()
    for value, _label, effect in assignment_rules(same_tenant=same):
        for words, (is_new, is_written) in PROMISES.items():
            if words in effect:
                rule = rule_for(RestoreOptions(assignments=value), is_new=is_new, same_tenant=same)
                answer = assignments_for(rule, [row("a")], None if is_new else [row("b")])
                assert (answer.rows is not None) == is_written, effect
                promised.add((value, is_new))
    assert promised >= {(value, is_new) for value in Assignments.values for is_new in (True, False)}


@pytest.mark.parametrize(("same", "rule"), [(True, Assignments.KEEP), (False, Assignments.NONE)])
def test_the_usual_rule_names_the_one_that_it_is(same, rule):
    labels = {value: (label, effect) for value, label, effect in assignment_rules(same_tenant=same)}
    assert str(rule.label) in labels[Assignments.USUAL][0]
    assert labels[Assignments.USUAL][1] == labels[rule][1]


ITEM = ItemPart("settingsCatalog/p1", "aa", "update", "p1", "h", "2026", 1, "", "", (), ())
WHOLE = {
    "tenant": "1",
    "source_digest": "",
    "options": {"assignments": ""},
    "basis": {"contracts": {"settingsCatalog": "1"}, "accounts": {}},
    "items": [ITEM, replace(ITEM, key="settingsCatalog/p2")],
    "mappings": [MappingPart("group", "a", "same", "a"), MappingPart("group", "b", "map", "c")],
}
CHANGES = {
    "tenant": {"tenant": "2"},
    "options": {"options": {"assignments": "exact"}},
    "a contract": {"basis": {"contracts": {"settingsCatalog": "2"}, "accounts": {}}},
    "an emergency account": {"basis": {"contracts": {"settingsCatalog": "1"}, "accounts": {"user:a": "A"}}},
    "an item less": {"items": [ITEM]},
    "a mapping": {"mappings": [MappingPart("group", "a", "same", "a"), MappingPart("group", "b", "map", "d")]},
    **{
        name: {"items": [replace(ITEM, **{name: value}), WHOLE["items"][1]]}
        for name, value in {
            "payload_sha": "bb",
            "action": "create",
            "target_id": "p9",
            "live_hash": "i",
            "live_modified": "2027",
            "turn": 2,
            "choice": "skip",
            "picked_id": "p3",
            "blockers": ("conflict",),
            "warnings": ("wide_target",),
            "state_choice": "enforce",
            "planned_state": "enabled",
        }.items()
    },
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_makes_another_fingerprint(change):
    assert fingerprint_of(**WHOLE) != fingerprint_of(**{**WHOLE, **change})


def test_a_restore_from_before_the_states_keeps_its_fingerprint():
    """One that waits for an approval while TenantPilot is updated goes on afterwards."""
    assert fingerprint_of(**WHOLE) == "4e17ab1d4f415fe0fc35f07267224eaf3bfcf3ad6c11cd6542cee63438353fae"


def test_the_order_of_items_makes_no_other_fingerprint():
    turned = {**WHOLE, "items": WHOLE["items"][::-1], "mappings": WHOLE["mappings"][::-1]}
    assert fingerprint_of(**WHOLE) == fingerprint_of(**turned)


def test_the_least_time_follows_from_the_limits_of_microsoft():
    """2,000 policies with their assignments: 4,000 writes at 100 in 20 seconds."""
    assert least_seconds([("settingsCatalog", "create", True)] * 2_000) == pytest.approx(800)
    assert least_seconds([("conditionalAccessPolicy", "update", False), ("settingsCatalog", "none", True)]) == 1.0
