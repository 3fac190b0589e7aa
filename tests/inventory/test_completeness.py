"""A tenant is read whole, or the run says what it did not get (S2, S3; "complete or fails loudly")."""

import pytest
from intunesim import Fault, Plan

from tenantpilot.graph.client.retries import never
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphIncompleteRead
from tenantpilot.graph.read.full import read_type_whole
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.tenancy.connections import graph_client

APPS = "deviceAppManagement/mobileApps"
ACCESS = "identity/conditionalAccess/policies"
LOCATIONS = "identity/conditionalAccess/namedLocations"
CATALOG = "deviceManagement/configurationPolicies"
CLASSIC = "deviceManagement/deviceConfigurations"
LONG = {"mobileApp": APPS, "conditionalAccessPolicy": ACCESS}
EACH = {
    **LONG,
    "namedLocation": LOCATIONS,
    "settingsCatalog": CATALOG,
    "deviceConfiguration": CLASSIC,
    "group": "groups",
}


more_than_a_page = pytest.mark.parametrize("plan", [Plan(policies=1_210, seed=7, kinds=tuple(LONG))], ids=["1210"])


def held(directory, path):
    """The ids that stand in the tenant."""
    return {entity.id for entity in directory.store.entities(path)}


def in_inventory(contoso, key):
    return set(Policy.everywhere.of_tenant(contoso).of_type(key).present().values_list("graph_id", flat=True))


@more_than_a_page
def test_lists_longer_than_any_page_are_in_the_inventory_to_the_last_object(directory, sync, contoso):
    assert sync(*LONG).outcome == "succeeded"
    for key, path in LONG.items():
        assert in_inventory(contoso, key) == held(directory, path)
    assert len(held(directory, APPS)) > 1_000
    assert len(held(directory, ACCESS)) > 20


@more_than_a_page
def test_a_list_that_is_cut_without_a_word_is_read_whole_all_the_same(directory, sync, contoso):
    directory.habits.silent_cuts = {ACCESS: 20}
    assert sync("conditionalAccessPolicy").outcome == "succeeded"
    assert in_inventory(contoso, "conditionalAccessPolicy") == held(directory, ACCESS)


@pytest.mark.parametrize(("key", "path"), list(EACH.items()))
def test_a_list_that_hides_one_object_fails_its_type_with_the_figures_and_marks_nothing_as_gone(
    directory, sync, contoso, key, path
):
    sync(key, "compliancePolicy")
    before = in_inventory(contoso, key)
    directory.habits.hidden = {path: (min(before),)}
    run = sync(key, "compliancePolicy")
    [failure] = run.failure_summary
    assert (run.outcome, run.summary_counts["failed"], run.summary_counts["missing"]) == ("partially_succeeded", 1, 0)
    assert failure["code"] == "incomplete_read"
    assert "Graph stated" in failure["message"]
    assert in_inventory(contoso, key) == before
    assert PolicyTypeSync.everywhere.get(tenant=contoso, type=key).reason_code == "incomplete_read"


def test_a_torn_policy_keeps_its_name_and_leads_to_it(large, directory, sync, contoso):
    """OPS-11: as the inventory shows it, also where a name looks like personal data."""
    large.children["settings"].pop()
    large.body["name"] = "VPN for admin@contoso.com at 10.0.0.1"
    directory.store.put(CATALOG, large)
    [failure] = sync("settingsCatalog").failure_summary
    torn = Policy.everywhere.get(tenant=contoso, graph_id=large.id)
    assert torn.name == "VPN for admin@contoso.com at 10.0.0.1"
    assert (failure["item"], failure["subject"]) == (f"Settings catalog: {torn.name}", f"policy:{torn.pk}")


@pytest.fixture
def large(directory):
    """A settings catalog policy of 306 settings and 30 assignments."""
    entity = next(iter(directory.store.entities(CATALOG)))
    setting, assignment = entity.children["settings"][0], {"target": {"@odata.type": "#microsoft.graph.allDevices"}}
    entity.children["settings"] = [{**setting, "id": str(number)} for number in range(306)]
    entity.children["assignments"] = [{**assignment, "id": str(number)} for number in range(30)]
    entity.body["settingCount"] = 306
    directory.store.put(CATALOG, entity)
    return entity


def whole(contoso, entity):
    """As a worker reads it for a snapshot."""
    with graph_client(contoso, stop=never) as client:
        reads = list(read_type_whole(client, registry.get("settingsCatalog")))
    [read] = [one for one in reads if one.graph_id == entity.id]
    assert all(one.error is None for one in reads if one is not read)
    return read


def test_all_306_settings_and_30_assignments_of_a_policy_are_read(large, graph, credential, contoso):
    payload = whole(contoso, large).payload
    assert [setting["id"] for setting in payload["settings"]] == [str(number) for number in range(306)]
    assert len(payload["assignments"]) == 30


def test_a_policy_that_states_306_settings_and_shows_fewer_fails_alone(large, directory, graph, credential, contoso):
    large.children["settings"].pop()
    directory.store.put(CATALOG, large)
    error = whole(contoso, large).error
    assert isinstance(error, GraphIncompleteRead)
    assert error.params == {"stated": 306, "read": 305}


def test_a_sync_says_which_policy_of_306_settings_hides_one_and_fails_that_item(
    large, directory, simulator, sync, contoso
):
    whole_once = sync("settingsCatalog", "compliancePolicy")
    large.children["settings"].pop()
    large.body["description"] = "changed meanwhile"
    directory.store.put(CATALOG, large)
    run = sync("settingsCatalog", "compliancePolicy")
    [failure] = run.failure_summary
    assert whole_once.outcome == "succeeded"
    assert (run.outcome, run.summary_counts["succeeded"], run.summary_counts["failed"]) == ("partially_succeeded", 1, 1)
    assert (failure["code"], failure["message"]) == (
        "incomplete_read",
        "Graph stated 306 objects and delivered 305: not the whole list.",
    )
    assert failure["item"].endswith(f": {large.body['name']}")
    assert PolicyTypeSync.everywhere.get(tenant=contoso, type="settingsCatalog").reason_code == "incomplete_read"
    assert Policy.everywhere.get(tenant=contoso, graph_id=large.id).description == "changed meanwhile"
    assert len(simulator.log.find(path=f"/{CATALOG}/{large.id}/settings")) == 3  # once whole, then torn and read again


def test_a_sync_reads_no_settings_of_policies_that_graph_shows_at_once(directory, simulator, sync):
    """What inventory asks for stays a fraction of a request for each policy."""
    assert sync("settingsCatalog").outcome == "succeeded"
    counts = [entity.body["settingCount"] for entity in directory.store.entities(CATALOG)]
    assert len(simulator.log.find(path=f"/{CATALOG}/*/settings")) == sum(count > 25 for count in counts) < len(counts)


def test_a_failure_keeps_the_request_id_that_microsofts_support_asks_for(simulator, sync):
    simulator.faults.add(Fault("status", path=f"/{CLASSIC}*", status=400))
    run = sync("deviceConfiguration", "compliancePolicy")
    [failure] = run.failure_summary
    refused = {entry.request_id for entry in simulator.log.find(path=f"/{CLASSIC}*", status=400)}
    assert failure["request_id"] in refused
