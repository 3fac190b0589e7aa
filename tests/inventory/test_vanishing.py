"""A type whose objects all vanish at once is read again and reported before any of them is marked (field/09)."""

from tenantpilot.inventory import handlers
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.inventory.vanishing import suspicious_types

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
