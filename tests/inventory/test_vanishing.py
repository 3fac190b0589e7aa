"""A type whose objects all vanish at once is read again and reported before any of them is marked (field/09)."""

import pytest

from tenantpilot.inventory import handlers
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.inventory.vanishing import suspicious_types
from tenantpilot.operations.models import RunEvent

CATALOG = "deviceManagement/configurationPolicies"
KEY = "settingsCatalog"


def emptied(directory):
    """Take every settings catalog policy out of the tenant; answers them."""
    taken = list(directory.store.entities(CATALOG))
    for entity in taken:
        directory.store.remove(CATALOG, entity.id)
    return taken


def presence(contoso):
    policies = Policy.everywhere.of_tenant(contoso).of_type(KEY)
    return policies.present().count(), policies.missing().count()


def test_the_sync_says_so_and_marks_nothing(directory, sync, contoso):
    sync(KEY, "compliancePolicy")
    count = len(emptied(directory))
    run = sync(KEY, "compliancePolicy")
    [failure] = run.failure_summary
    assert (run.outcome, failure["code"]) == ("partially_succeeded", "type_vanished")
    assert f": {count}." in failure["message"]
    assert presence(contoso) == (count, 0)
    assert PolicyTypeSync.everywhere.get(tenant=contoso, type=KEY).reason_code == "type_vanished"


def test_the_sync_after_it_believes_it(directory, sync, contoso):
    sync(KEY)
    count = len(emptied(directory))
    sync(KEY)
    run = sync(KEY)
    assert (run.outcome, run.summary_counts["missing"]) == ("succeeded", count)
    assert presence(contoso) == (0, count)


def test_what_comes_back_as_it_was_is_unchanged(directory, sync, contoso):
    sync(KEY)
    taken = emptied(directory)
    sync(KEY)
    sync(KEY)
    for entity in taken:
        directory.store.put(CATALOG, entity)
    run = sync(KEY)
    assert run.summary_counts["updated"] == 0
    assert run.summary_counts["unchanged"] == len(taken)
    assert presence(contoso) == (len(taken), 0)


def test_a_list_that_was_empty_for_a_moment_harms_nothing(directory, sync, contoso, monkeypatch):
    """The second look finds them."""
    sync(KEY)
    taken = emptied(directory)

    def come_back(tenant, empty):
        for entity in taken:
            directory.store.put(CATALOG, entity)
        return suspicious_types(tenant, empty)

    monkeypatch.setattr(handlers, "suspicious_types", come_back)
    run = sync(KEY)
    assert (run.outcome, run.summary_counts["unchanged"]) == ("succeeded", len(taken))


def kept(directory, number):
    """Leave so many settings catalog policies in the tenant."""
    for entity in list(directory.store.entities(CATALOG))[number:]:
        directory.store.remove(CATALOG, entity.id)


@pytest.mark.parametrize("number", [1, 2])
def test_one_or_two_are_marked_after_a_second_look(directory, sync, contoso, simulator, number):
    """A single deletion is an everyday one: the timeline tells it, and nobody has to sync twice."""
    kept(directory, number)
    sync(KEY)
    emptied(directory)
    simulator.log.clear()
    run = sync(KEY)
    assert (run.outcome, run.summary_counts["missing"]) == ("succeeded", number)
    assert presence(contoso) == (0, number)
    assert sum(entry.path.endswith(CATALOG) for entry in simulator.log) == 2
    [event] = RunEvent.objects.filter(run=run, name="all_objects_of_a_type_are_gone")
    assert event.data == {"policy_type": KEY, "objects": number}


@pytest.mark.parametrize("number", [1, 2])
def test_a_list_empty_for_a_moment_marks_neither_one_nor_two(directory, sync, contoso, monkeypatch, number):
    kept(directory, number)
    sync(KEY)
    taken = emptied(directory)

    def come_back(tenant, empty):
        for entity in taken:
            directory.store.put(CATALOG, entity)
        return suspicious_types(tenant, empty)

    monkeypatch.setattr(handlers, "suspicious_types", come_back)
    run = sync(KEY)
    assert (run.outcome, run.summary_counts["unchanged"]) == ("succeeded", number)
    assert presence(contoso) == (number, 0)
    assert not RunEvent.objects.filter(run=run, name="all_objects_of_a_type_are_gone").exists()
