"""S7 and S8: everything that goes wrong on the way, and Intune's message inside a message."""

import json
import time
from pathlib import Path

import httpx
import pytest
from intunesim import Fault, FaultKind

CATEGORIES = "/beta/deviceManagement/deviceCategories"
PATTERN = "/deviceManagement/deviceCategories*"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 429, 500, 502, 503, 504])
def test_s7_any_status_can_be_asked_for_with_a_retry_after(graph, simulator, status):
    simulator.faults.add(Fault(path=PATTERN, status=status, retry_after="2.128"))
    answer = graph.get(CATEGORIES)
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "2.128")
    assert answer.json()["error"]["code"]


def test_s7_504_after_the_write_was_applied(graph, simulator):
    simulator.faults.add(Fault("status_after", method="POST", path=PATTERN, status=504, times=1))
    assert graph.post(CATEGORIES, json={"displayName": "Phones"}).status_code == 504
    assert [each["displayName"] for each in graph.values(CATEGORIES)] == ["Phones"]


def test_s7_a_refused_write_is_not_applied(graph, simulator):
    simulator.faults.add(Fault(method="POST", path=PATTERN, status=503))
    assert graph.post(CATEGORIES, json={"displayName": "Phones"}).status_code == 503
    assert graph.values(CATEGORIES) == []


@pytest.mark.parametrize(("kind", "kept"), [("reset", 0), ("reset_after", 1)])
def test_s7_the_connection_is_reset_before_or_after_the_write(graph, simulator, kind, kept):
    simulator.faults.add(Fault(kind, method="POST", path=PATTERN, times=1))
    with pytest.raises(httpx.ReadError):
        graph.post(CATEGORIES, json={"displayName": "Phones"})
    assert len(graph.values(CATEGORIES)) == kept


@pytest.mark.parametrize("kind", ["cut", "unfinished"])
def test_s7_a_body_that_ends_too_early_is_a_broken_connection(graph, simulator, kind):
    simulator.faults.add(Fault(kind, path=PATTERN))
    with pytest.raises(httpx.RemoteProtocolError):
        graph.get(CATEGORIES)


def test_s7_half_a_document_with_an_honest_length_is_no_json(graph, simulator):
    simulator.faults.add(Fault("truncated", path=PATTERN))
    answer = graph.get(CATEGORIES)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_s7_a_page_of_html_and_an_empty_body_come_with_status_200(graph, simulator):
    simulator.faults.add(Fault("html", path=PATTERN, times=1))
    assert graph.get(CATEGORIES).headers["Content-Type"].startswith("text/html")
    simulator.faults.clear()
    simulator.faults.add(Fault("empty", path=PATTERN, times=1))
    assert graph.get(CATEGORIES).content == b""


def test_s7_a_body_that_drips_outlasts_the_timeout_between_two_bytes(graph, simulator):
    simulator.faults.add(Fault("drip", path=PATTERN, seconds=0.002))
    begin = time.monotonic()
    answer = graph.get(CATEGORIES, timeout=httpx.Timeout(30.0))
    assert time.monotonic() - begin > 0.002 * len(answer.content) * 0.8
    assert answer.json()["value"] == []


def test_s7_a_delay_passes_on_the_simulators_clock(graph, simulator, clock):
    simulator.faults.add(Fault("delay", path=PATTERN, seconds=30))
    before = clock.now()
    assert graph.get(CATEGORIES).status_code == 200
    assert (clock.now() - before).total_seconds() == 30


@pytest.fixture
def five(graph, contoso):
    for name in "ABCDE":
        graph.made(CATEGORIES, {"displayName": name})
    contoso.habits.page_sizes = {"deviceManagement/deviceCategories": 2}


def test_s7_links_can_loop_repeat_lead_away_or_come_with_an_empty_page(graph, simulator, five):
    def page(kind: str) -> dict:
        simulator.faults.clear()
        simulator.faults.add(Fault(kind, path=PATTERN, times=1))
        return graph.get(CATEGORIES).json()

    loop = page("loop")["@odata.nextLink"]
    assert loop.endswith(CATEGORIES)
    assert len(page("repeat_page")["value"]) == 4
    assert httpx.URL(page("foreign_link")["@odata.nextLink"]).host == "graph.attacker.example"
    assert "value" not in page("no_value")
    empty = page("empty_page")
    assert empty["value"] == []
    assert len(graph.values(empty["@odata.nextLink"])) == 5


def test_s7_a_rule_counts_every_nth_after_so_many_and_at_most(graph, simulator):
    simulator.faults.add(Fault(path=PATTERN, status=503, after=2, every=3, times=2))
    statuses = [graph.get(CATEGORIES).status_code for _ in range(12)]
    assert [number for number, status in enumerate(statuses) if status == 503] == [2, 5]


@pytest.mark.parametrize(
    "narrowed",
    [
        {"method": "POST"},
        {"path": "/groups"},
        {"tenant": "another"},
        {"client_id": "another"},
        {"version": "v1.0"},
    ],
)
def test_s7_a_rule_leaves_other_calls_alone(graph, simulator, narrowed):
    simulator.faults.add(Fault(status=503, **{"path": "*", **narrowed}))
    assert graph.get(CATEGORIES).status_code == 200


def test_s7_inside_a_batch_a_status_befalls_one_request_and_a_reset_none(graph, simulator):
    simulator.faults.add(Fault(path="/deviceManagement/deviceCategories", status=503, every=2))
    simulator.faults.add(Fault("reset", path="/deviceManagement/deviceCategories"))
    requests = [{"id": str(n), "method": "GET", "url": "/deviceManagement/deviceCategories"} for n in range(4)]
    answer = graph.post("/beta/$batch", json={"requests": requests})
    assert sorted(each["status"] for each in answer.json()["responses"]) == [200, 200, 503, 503]


def test_s7_a_fault_can_befall_a_batch_as_a_whole(graph, simulator):
    simulator.faults.add(Fault(path="/$batch", status=503, times=1))
    requests = [{"id": "1", "method": "GET", "url": "/deviceManagement/deviceCategories"}]
    assert graph.post("/beta/$batch", json={"requests": requests}).status_code == 503
    assert graph.post("/beta/$batch", json={"requests": requests}).status_code == 200


def test_s7_a_rule_with_a_misspelled_name_is_refused():
    with pytest.raises(ValueError, match="a fault has no statuss"):
        Fault.from_json({"statuss": 503})
    with pytest.raises(ValueError, match="is not a valid FaultKind"):
        Fault.from_json({"kind": "explode"})


def test_s7_every_kind_of_fault_is_tried_by_a_test():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [kind.value for kind in FaultKind if f'"{kind.value}"' not in source and kind is not FaultKind.STATUS] == []


def test_s8_intune_writes_its_message_as_json_inside_the_message(graph):
    answer = graph.post("/beta/deviceManagement/deviceConfigurations", json={"displayName": "no type"})
    error = answer.json()["error"]
    inner = json.loads(error["message"])
    assert (answer.status_code, error["code"]) == (400, "BadRequest")
    assert inner["_version"] == 3
    assert inner["Message"].startswith("Cannot create an abstract class.")
    assert f"Activity ID: {error['innerError']['request-id']}" in inner["Message"]
    assert "manage.microsoft.com" in inner["Message"]
    assert set(inner) == {
        "_version",
        "Message",
        "CustomApiErrorPhrase",
        "RetryAfter",
        "ErrorSourceService",
        "HttpHeaders",
    }


def test_s8_the_directory_and_the_gateway_write_theirs_in_plain(graph):
    missing = graph.get("/v1.0/groups/11111111-2222-3333-4444-555555555555").json()["error"]
    wrong = graph.get("/beta/deviceManagement/nonsense").json()["error"]
    assert missing["code"] == "Request_ResourceNotFound"
    assert (wrong["code"], wrong["message"]) == ("BadRequest", "Resource not found for the segment 'nonsense'.")


def test_s8_every_refusal_carries_the_ids_that_support_asks_for(graph):
    answer = graph.get("/beta/deviceManagement/nonsense", headers={"client-request-id": "mine"})
    inner = answer.json()["error"]["innerError"]
    assert (inner["client-request-id"], inner["request-id"]) == ("mine", answer.headers["request-id"])
    assert answer.headers["client-request-id"] == "mine"
    assert "ServerInfo" in json.loads(answer.headers["x-ms-ags-diagnostic"])
