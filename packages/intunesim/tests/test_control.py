"""The control interface, by which other processes steer the simulator."""

from datetime import timedelta

import pytest
from intunesim import RealClock
from intunesim.clock import ShiftedClock

OBJECTS = "/_sim/tenants/Contoso/objects/deviceManagement/deviceCategories"
CATEGORIES = "/beta/deviceManagement/deviceCategories"


def test_tenants_are_added_with_what_they_hold(connect, tmp_path):
    client = connect()
    (tmp_path / "a.json").write_text('{"displayName": "Group", "membershipRule": "x"}', encoding="utf-8")
    asked = {
        "name": "Northwind",
        "generate": {"policies": 20, "seed": 5},
        "habits": {"lagging_reads": 1},
        "folder": str(tmp_path),
    }
    added = client.post("/_sim/tenants", json=asked)
    assert (added.status_code, added.json()["name"]) == (201, "Northwind")
    shown = client.get("/_sim/tenants/northwind.onmicrosoft.com").json()
    assert shown["objects"]["groups"] > 1
    assert shown["client_secret"] == "simulated-secret"
    assert [each["name"] for each in client.get("/_sim/").json()["tenants"]] == ["Northwind"]
    assert client.get("/_sim/tenants/nobody").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"colour": "red"},
        {"name": "X", "generate": {"polices": 1}},
        {"name": "X", "folder": "/nowhere"},
        {"name": "X", "habits": {"x": 1}},
    ],
)
def test_a_tenant_that_cannot_be_is_refused_with_the_reason(connect, asked):
    answer = connect().post("/_sim/tenants", json=asked)
    assert (answer.status_code, bool(answer.text)) == (400, True)


def test_faults_are_added_listed_and_taken_away(graph):
    rules = graph.post(
        "/_sim/faults", json=[{"path": "/deviceManagement/*", "status": 503}, {"kind": "delay", "seconds": 1}]
    )
    assert rules.status_code == 201
    assert graph.get(CATEGORIES).status_code == 503
    assert [rule["fired"] for rule in graph.get("/_sim/faults").json()] == [1, 1]
    assert graph.delete(f"/_sim/faults/{rules.json()[0]['id']}").status_code == 204
    assert graph.get(CATEGORIES).status_code == 200
    assert graph.delete("/_sim/faults/99").status_code == 404
    assert graph.delete("/_sim/faults").status_code == 204
    assert graph.get("/_sim/faults").json() == []
    assert graph.post("/_sim/faults", json={"kind": "explode"}).status_code == 400


def test_objects_are_added_renamed_and_removed_behind_a_clients_back(graph):
    made = graph.post(OBJECTS, json={"displayName": "Phones"}).json()
    assert graph.get(OBJECTS).json() == [{"id": made["id"], "name": "Phones"}]
    assert graph.patch(f"{OBJECTS}/{made['id']}", json={"displayName": "Renamed"}).status_code == 200
    assert graph.values(CATEGORIES)[0]["displayName"] == "Renamed"
    assert graph.get(f"{OBJECTS}/{made['id']}").json()["body"]["displayName"] == "Renamed"
    assert graph.delete(f"{OBJECTS}/{made['id']}").status_code == 204
    assert graph.values(CATEGORIES) == []
    assert graph.delete(f"{OBJECTS}/{made['id']}").status_code == 404
    assert graph.get("/_sim/tenants/Contoso/objects/nonsense/x").status_code == 404


def test_a_rename_in_the_portal_moves_the_time_of_the_last_change(graph, clock):
    profiles = "/_sim/tenants/Contoso/objects/deviceManagement/deviceConfigurations"
    body = {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "P"}
    made = graph.post(profiles, json=body).json()
    clock.advance(60)
    changed = graph.patch(f"{profiles}/{made['id']}", json={"displayName": "Q"}).json()
    assert changed["body"]["lastModifiedDateTime"] > made["body"]["lastModifiedDateTime"]


def test_roles_secrets_and_their_expiry_are_changed(connect, contoso, clock):
    client = connect()
    address = "/_sim/tenants/Contoso/application"
    client.patch(address, json={"roles": ["Group.Read.All"], "secret": "fresh"})
    assert client.token(contoso).json()["error_codes"] == [7000215]
    assert client.token(contoso, client_secret="fresh").status_code == 200
    client.patch(address, json={"secret_expires_at": clock.now().isoformat()})
    assert client.token(contoso, client_secret="fresh").json()["error_codes"] == [7000222]


def test_habits_are_changed_and_a_misspelled_one_is_refused(graph, contoso):
    assert graph.patch("/_sim/tenants/Contoso/habits", json={"lagging_reads": 3}).json()["lagging_reads"] == 3
    assert contoso.habits.lagging_reads == 3
    assert graph.patch("/_sim/tenants/Contoso/habits", json={"laging": 3}).status_code == 400


def test_virtual_time_passes_on_request_and_real_time_does_not(graph, clock, simulator):
    before = clock.now()
    graph.post("/_sim/clock", json={"seconds": 90})
    assert (clock.now() - before).total_seconds() == 90
    simulator.clock = RealClock()
    assert graph.post("/_sim/clock", json={"seconds": 90}).status_code == 409


def test_a_shifted_clock_runs_on_and_is_moved(graph, simulator):
    simulator.clock = ShiftedClock(-3600)
    hour_ago = RealClock().now() - timedelta(seconds=3600)
    assert abs((simulator.clock.now() - hour_ago).total_seconds()) < 60
    before = simulator.clock.now()
    assert graph.post("/_sim/clock", json={"seconds": 1800}).status_code == 200
    assert 1800 <= (simulator.clock.now() - before).total_seconds() < 1860


def test_latency_is_changed_while_it_runs(graph, clock):
    graph.patch("/_sim/settings", json={"latency_ms": 2000})
    before = clock.now()
    graph.get(CATEGORIES)
    assert (clock.now() - before).total_seconds() == 2
