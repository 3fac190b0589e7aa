"""Whatever stands in a body, at a control address or one of Graph's: it is refused, or kept and served."""

import json
import random

import pytest

HALF = "\ud83d"
FAILED = "The simulator failed"
CONFIGURATIONS = "deviceManagement/deviceConfigurations"
OBJECTS = f"/_sim/tenants/Contoso/objects/{CONFIGURATIONS}"
GOOD = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "displayName": "Kiosk"}
CONTROL = [
    ("POST", "/_sim/faults"),
    ("POST", "/_sim/clock"),
    ("PATCH", "/_sim/settings"),
    ("POST", "/_sim/tenants"),
    ("PATCH", "/_sim/tenants/Contoso/habits"),
    ("PATCH", "/_sim/tenants/Contoso/application"),
    ("POST", "/_sim/tenants/Contoso/approvals/x"),
    ("POST", OBJECTS),
    ("PATCH", f"{OBJECTS}/of-everybody"),
]
GRAPH = [
    ("POST", f"/beta/{CONFIGURATIONS}"),
    ("PATCH", f"/beta/{CONFIGURATIONS}/of-everybody"),
    ("POST", f"/beta/{CONFIGURATIONS}/of-everybody/assign"),
    ("POST", "/beta/$batch"),
    ("POST", "/v1.0/directoryObjects/getByIds"),
    ("POST", "/beta/groups"),
]
NAMES = (
    "id", "displayName", "name", "@odata.type", "assignments", "path", "status", "kind", "seconds", "latency_ms",
    "roles", "secret", "generate", "requests", "ids", "version", "lagging_reads", HALF, "",
)  # fmt: skip
VALUES = (None, True, -1, 1.5, 10**400, "", "text", HALF, "a/b", "\0", " ", [], [HALF], {}, {HALF: HALF}, [{"id": 7}])


def deep(levels):
    return b"[" * levels + b"]" * levels


RAW = [b"", b"{", b"\xff", b"NaN", b'{"seconds":NaN}', b'{"a":1e400}', b"null", b"[]", b'"x"', b"7", b"9" * 5000]
RAW += [deep(levels) for levels in (99, 101, 900, 100_000)]
RAW += [b'{"displayName":' + deep(levels) + b"}" for levels in (99, 101, 900, 100_000)]


def bodies(place, number):
    """Yield bodies with some odd values, the same ones at each run."""
    chance = random.Random(f"{place}")
    yield from RAW
    for _turn in range(number):
        odd = {chance.choice(NAMES): chance.choice(VALUES) for _part in range(chance.randint(1, 3))}
        yield json.dumps(odd if chance.random() < 0.3 else {**GOOD, **odd}).encode()


@pytest.fixture
def kiosk(graph):
    """An object that everybody may have a hand in."""
    made = graph.post(OBJECTS, json={**GOOD, "id": "of-everybody"})
    assert made.status_code == 200


@pytest.mark.parametrize(("method", "address"), CONTROL + GRAPH, ids=lambda value: value.rpartition("/")[2])
def test_odd_bodies_are_refused_or_kept_and_served(graph, contoso, kiosk, method, address):
    for body in bodies(address, 60):
        answer = graph.request(method, address, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (body[:200], answer.text)
        if answer.is_success:
            assert FAILED not in graph.get(f"/beta/{CONFIGURATIONS}").text, body[:200]
        graph.delete("/_sim/faults")
    graph.patch("/_sim/settings", json={"latency_ms": 0})
    served(graph)


def served(graph):
    """Every list and every object of it is there to be read."""
    assert graph.get("/_sim/").status_code == 200
    assert graph.get("/_sim/log").status_code == 200
    assert graph.get(OBJECTS).status_code == 200
    for path in (CONFIGURATIONS, "groups"):
        for query in ("", "?$orderby=displayName", "?$filter=startswith(displayName,'K')", "?$count=true"):
            assert graph.get(f"/beta/{path}{query}").status_code in (200, 400), (path, query)
        listed = graph.get(f"/beta/{path}")
        assert listed.status_code == 200, listed.text
        for item in listed.json()["value"]:
            assert graph.get(f"/beta/{path}/{item['id']}").status_code == 200, item["id"]


def test_half_a_surrogate_pair_is_kept_and_served_escaped(graph, contoso):
    made = graph.post(OBJECTS, content=json.dumps({**GOOD, "displayName": f"Kiosk {HALF} lobby"}))
    assert made.status_code == 200
    listed = graph.get(f"/beta/{CONFIGURATIONS}")
    assert rb"Kiosk \ud83d lobby" in listed.content
    assert [item["displayName"] for item in listed.json()["value"]] == [f"Kiosk {HALF} lobby"]
    assert graph.get(OBJECTS).json()[0]["name"] == f"Kiosk {HALF} lobby"
    created = graph.post(
        f"/beta/{CONFIGURATIONS}",
        content=json.dumps({**GOOD, "displayName": HALF}),
        headers={"Content-Type": "application/json"},
    )
    assert (created.status_code, created.json()["displayName"]) == (201, HALF)


@pytest.mark.parametrize("levels", [101, 900, 100_000])
def test_a_body_without_a_bottom_is_refused_as_graph_refuses_it(graph, contoso, levels):
    headers = {"Content-Type": "application/json"}
    body = b'{"displayName":' + deep(levels) + b"}"
    answer = graph.post(f"/beta/{CONFIGURATIONS}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert graph.post(OBJECTS, content=body).status_code == 400
    assert graph.get(OBJECTS).json() == []
