"""Changes of groups, names behind ids, and secrets in plain, from the simulator (GRAPH C6, C8; S4, S14)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from intunesim.clock import VirtualClock
from intunesim.server import Running, serving
from intunesim.simulator import Simulator

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.tokens import TokenCache
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphForbidden, GraphHostRefused, GraphIncompleteRead, GraphResyncRequired
from tenantpilot.graph.read.directory import changes_since, first_changes, objects_by_ids
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.graph.read.reveal import reveal
from tenantpilot.graph.write.writer import Writer
from tests.graph.conftest import budget_alone
from tests.graph.scripted import Reply, error, page
from tests.graph.simulated import connection_to_tenant, filled

SELECTED = ("displayName", "membershipRule", "members")
CONFIGURATION = registry.get("deviceConfiguration")
GROUP = registry.get("group")
SECRET = "hunter2"
WRITE = "DeviceManagementConfiguration.ReadWrite.All"


@pytest.fixture
def running() -> Iterator[Running]:
    with serving(Simulator()) as made:
        yield made


@pytest.fixture
def tenant(running):
    return filled(running.simulator, policies=60)


@pytest.fixture
def simulated(running, tenant) -> Iterator[GraphClient]:
    facts = {"budget": budget_alone(), "tokens": TokenCache()}
    with GraphClient(connection_to_tenant(running, tenant), **facts) as client:
        yield client


def test_all_groups_come_first_and_then_only_what_changed(simulated, tenant):
    first = first_changes(simulated, SELECTED)
    assert {item["id"] for item in first.items} == {entity.id for entity in tenant.store.entities("groups")}
    assert changes_since(simulated, first.link).items == ()
    name = {"displayName": "New", "mailEnabled": False, "mailNickname": "new", "securityEnabled": True}
    created = Writer(simulated, GROUP).create(name, known_ids=())
    later = changes_since(simulated, first.link)
    assert {item["id"] for item in later.items} == {created.graph_id}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(410, error("resyncRequired", "gone"), {"location": "http://x"}),
        Reply(400, error("syncStateNotFound", "expired")),
    ],
)
def test_a_link_that_is_too_old_asks_for_a_new_beginning(graph, client, answer):
    graph.on("/v1.0/groups/delta", answer)
    with pytest.raises(GraphResyncRequired):
        changes_since(client, f"{graph.url}/v1.0/groups/delta?$deltatoken=x")


def test_changes_without_a_link_are_incomplete(graph, client):
    graph.on("/v1.0/groups/delta", page({"id": "1"}))
    with pytest.raises(GraphIncompleteRead):
        first_changes(client, SELECTED)


def test_a_kept_link_may_not_choose_the_host(client):
    with pytest.raises(GraphHostRefused):
        changes_since(client, "https://elsewhere.example/v1.0/groups/delta?$deltatoken=x")


def test_names_are_found_by_id_and_what_is_gone_is_left_out(simulated, tenant):
    groups = [entity.id for entity in tenant.store.entities("groups")]
    found = objects_by_ids(simulated, [*groups, groups[0], "00000000-0000-4000-8000-00000000dead"], ["group"])
    assert set(found) == set(groups)
    assert all(item["displayName"] for item in found.values())


def custom(simulated: GraphClient) -> dict:
    payload = {
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "displayName": "Custom",
        "omaSettings": [
            {
                "@odata.type": "#microsoft.graph.omaSettingString",
                "displayName": "K",
                "omaUri": "./A",
                "value": SECRET,
            }
        ],
    }
    created = Writer(simulated, CONFIGURATION).create(payload, known_ids=())
    return next(item for item in read_policies(simulated, CONFIGURATION) if item["id"] == created.graph_id)


def test_a_masked_secret_is_read_in_plain_where_that_is_permitted(simulated):
    masked = custom(simulated)
    assert masked["omaSettings"][0]["value"] == "****"
    revealed = reveal(simulated, CONFIGURATION, masked)
    assert revealed.payload["omaSettings"][0]["value"] == SECRET
    assert (revealed.revealed, revealed.errors) == (1, ())
    assert masked["omaSettings"][0]["value"] == "****"
    assert SECRET not in repr(revealed)


def test_a_secret_that_may_not_be_read_stays_masked_and_says_why(running, tenant, simulated):
    masked = custom(simulated)
    application = tenant.application
    application.roles = tuple(
        role for role in application.roles if role != "DeviceManagementConfiguration.ReadWrite.All"
    )
    facts = {"budget": budget_alone(), "tokens": TokenCache()}
    with GraphClient(connection_to_tenant(running, tenant), **facts) as reader:
        revealed = reveal(reader, CONFIGURATION, masked)
    assert revealed.payload["omaSettings"][0]["value"] == "****"
    assert [type(one) for one in revealed.errors] == [GraphForbidden]


def test_a_type_without_masks_is_left_as_it_is(simulated):
    assert reveal(simulated, GROUP, {"id": "1"}).payload == {"id": "1"}


def test_an_expired_link_of_the_simulator_is_told():
    clock = VirtualClock()
    simulator = Simulator(clock=clock)
    tenant = filled(simulator, policies=10)
    facts = {"budget": budget_alone(), "tokens": TokenCache()}
    with serving(simulator) as running, GraphClient(connection_to_tenant(running, tenant), **facts) as client:
        first = first_changes(client, SELECTED)
        clock.advance(timedelta(days=8).total_seconds())
        with pytest.raises(GraphResyncRequired):
            changes_since(client, first.link)
