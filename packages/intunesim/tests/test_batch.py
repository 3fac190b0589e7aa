"""S5: batches, whose answers come in any order and fail one by one."""

import pytest
from intunesim import Fault, LimitRules, ServiceLimits, Window

BATCH = "/beta/$batch"
CATEGORIES = "/deviceManagement/deviceCategories"


def _get(identifier: str, url: str = CATEGORIES, **more) -> dict:
    return {"id": identifier, "method": "GET", "url": url, **more}


def _post(identifier: str, name: str | None, **more) -> dict:
    headers = {"Content-Type": "application/json"}
    return {
        "id": identifier,
        "method": "POST",
        "url": CATEGORIES,
        "headers": headers,
        "body": {"displayName": name},
        **more,
    }


def _by_id(answer) -> dict:
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["responses"]}


def test_s5_twenty_requests_are_answered_in_any_order(graph):
    answer = graph.post(BATCH, json={"requests": [_get(str(n)) for n in range(20)]})
    order = [each["id"] for each in answer.json()["responses"]]
    assert sorted(order, key=int) == [str(n) for n in range(20)]
    assert order != sorted(order, key=int)


def test_s5_a_response_has_status_headers_and_body(graph):
    response = _by_id(graph.post(BATCH, json={"requests": [_post("1", "Phones")]}))["1"]
    assert (response["status"], response["body"]["displayName"]) == (201, "Phones")
    assert response["headers"]["Content-Type"] == "application/json"


def _twice(identifier: str) -> list[dict]:
    return [_get(identifier), _get(identifier.upper())]


@pytest.mark.parametrize(
    "payload",
    [
        {"requests": [_get(str(n)) for n in range(21)]},
        {"requests": []},
        {"requests": "all"},
        {},
        {"requests": _twice("a")},
        {"requests": [{"id": "1", "url": CATEGORIES}]},
        {"requests": [{"id": "1", "method": "POST", "url": CATEGORIES, "body": {"displayName": "x"}}]},
        {"requests": [_get("1", dependsOn=["2"]), _get("2")]},
        {"requests": [_get("1", "https://graph.microsoft.com/beta/groups")]},
        {"requests": [{"id": "1", "method": "LIST", "url": CATEGORIES}]},
    ],
)
def test_s5_a_malformed_batch_is_refused_as_a_whole(graph, simulator, payload):
    answer = graph.post(BATCH, json=payload)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert not simulator.log.find(path=CATEGORIES)


def test_s5_what_depends_on_a_failure_is_answered_424(graph):
    requests = [_post("1", None), _post("2", "Phones", dependsOn=["1"]), _post("3", "Tablets")]
    statuses = {key: each["status"] for key, each in _by_id(graph.post(BATCH, json={"requests": requests})).items()}
    assert statuses == {"1": 400, "2": 424, "3": 201}
    assert [each["displayName"] for each in graph.values(f"/beta{CATEGORIES}")] == ["Tablets"]


def test_s5_dependent_requests_run_one_after_another(graph, simulator):
    simulator.faults.add(Fault("delay", method="POST", path=CATEGORIES, seconds=0.05))
    requests = [_post(str(n), f"C{n}", dependsOn=[str(n - 1)] if n else []) for n in range(4)]
    graph.post(BATCH, json={"requests": requests})
    assert [each["displayName"] for each in graph.values(f"/beta{CATEGORIES}")] == ["C0", "C1", "C2", "C3"]


def test_s5_a_sub_request_can_be_throttled_alone(another):
    _, _, client = another(limits=LimitRules(devices=ServiceLimits(any_per_app=Window(3, 20))))
    answer = client.post(BATCH, json={"requests": [_get(str(n)) for n in range(5)]})
    statuses = sorted(each["status"] for each in answer.json()["responses"])
    assert statuses == [200, 200, 200, 429, 429]
    throttled = next(each for each in answer.json()["responses"] if each["status"] == 429)
    assert int(throttled["headers"]["Retry-After"]) > 0


def test_s5_a_page_inside_a_batch_has_its_own_next_link(graph, contoso):
    for name in ("A", "B", "C"):
        graph.made(f"/beta{CATEGORIES}", {"displayName": name})
    contoso.habits.page_sizes = {"deviceManagement/deviceCategories": 2}
    body = _by_id(graph.post(BATCH, json={"requests": [_get("1")]}))["1"]["body"]
    assert len(body["value"]) == 2
    assert len(graph.get(body["@odata.nextLink"]).json()["value"]) == 1


def test_s5_a_plain_text_body_comes_as_base64(graph):
    body = _by_id(graph.post(BATCH, json={"requests": [_get("1", f"{CATEGORIES}/$count")]}))["1"]["body"]
    assert body == "MA=="


def test_s5_the_version_of_the_batch_is_that_of_its_requests(graph):
    requests = {"requests": [_get("1", "/deviceManagement/configurationPolicies")]}
    assert _by_id(graph.post("/v1.0/$batch", json=requests))["1"]["status"] == 400
    assert _by_id(graph.post("/beta/$batch", json=requests))["1"]["status"] == 200


def test_s5_a_batch_without_a_token_is_refused_as_a_whole(connect):
    assert connect().post(BATCH, json={"requests": [_get("1")]}).status_code == 401
