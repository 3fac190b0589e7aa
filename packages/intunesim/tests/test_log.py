"""S20: the request log, by which tests count calls and prove that nothing was written."""

CATEGORIES = "/beta/deviceManagement/deviceCategories"


def test_s20_every_call_is_logged_with_who_what_and_how_it_ended(graph, simulator, contoso):
    graph.get(CATEGORIES, params={"$top": 5}, headers={"client-request-id": "mine"})
    entry = simulator.log.find(path="/deviceManagement/*")[-1]
    assert (entry.method, entry.version, entry.path, entry.status) == (
        "GET",
        "beta",
        "/deviceManagement/deviceCategories",
        200,
    )
    assert (entry.query, entry.client_request_id) == ("%24top=5", "mine")
    assert (entry.tenant, entry.client_id) == (contoso.id, contoso.application.client_id)


def test_s20_a_preview_that_writes_nothing_can_be_proved(graph, simulator):
    graph.get(CATEGORIES)
    graph.post("/v1.0/directoryObjects/getByIds", json={"ids": ["x"]})
    requests = [{"id": "1", "method": "GET", "url": "/deviceManagement/deviceCategories"}]
    graph.post("/beta/$batch", json={"requests": requests})
    assert simulator.log.writes() == []
    graph.post(CATEGORIES, json={"displayName": "Phones"})
    assert [(entry.method, entry.body) for entry in simulator.log.writes()] == [("POST", {"displayName": "Phones"})]


def test_s20_a_write_inside_a_batch_is_a_write(graph, simulator):
    headers = {"Content-Type": "application/json"}
    part = {
        "id": "1",
        "method": "POST",
        "url": "/deviceManagement/deviceCategories",
        "headers": headers,
        "body": {"displayName": "x"},
    }
    answer = graph.post("/beta/$batch", json={"requests": [part]})
    assert [entry.batch for entry in simulator.log.writes()] == [answer.headers["request-id"]]


def test_s20_refused_calls_and_faults_are_logged_too(graph, simulator):
    from intunesim import Fault

    simulator.faults.add(Fault(path="/deviceManagement/deviceCategories", status=503, times=1))
    graph.get(CATEGORIES)
    graph.get("/beta/nonsense")
    assert [(entry.status, entry.fault) for entry in simulator.log.find(method="GET")][-2:] == [
        (503, "status"),
        (400, ""),
    ]


def test_s20_no_secret_and_no_token_is_in_the_log(graph, simulator, contoso):
    graph.get(CATEGORIES)
    token = graph.headers["Authorization"].removeprefix("Bearer ")
    text = repr([entry.as_json() for entry in simulator.log])
    assert contoso.application.secrets[0].value not in text
    assert token not in text


def test_s20_the_log_is_read_and_cleared_over_http(graph):
    graph.get(CATEGORIES)
    found = graph.get("/_sim/log", params={"path": "/deviceManagement/*", "method": "GET", "status": 200}).json()
    assert [entry["path"] for entry in found] == ["/deviceManagement/deviceCategories"]
    assert graph.delete("/_sim/log").status_code == 204
    assert graph.get("/_sim/log").json() == []


def test_s20_changes_show_up_among_the_audit_events(graph, contoso):
    made = graph.made(CATEGORIES, {"displayName": "Phones"})
    graph.patch(f"{CATEGORIES}/{made['id']}", json={"displayName": "Tablets"})
    graph.delete(f"{CATEGORIES}/{made['id']}")
    events = graph.values("/v1.0/deviceManagement/auditEvents")
    assert [event["activityOperationType"] for event in events] == ["Create", "Patch", "Delete"]
    assert {event["resources"][0]["resourceId"] for event in events} == {made["id"]}
    assert {event["actor"]["applicationId"] for event in events} == {contoso.application.client_id}
    late = graph.values("/v1.0/deviceManagement/auditEvents", **{"$filter": "activityDateTime gt 2099-01-01T00:00:00Z"})
    assert late == []


def test_s20_changes_of_conditional_access_show_up_in_the_log_of_entra(graph, contoso):
    location = {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "displayName": "Office",
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}],
    }
    made = graph.made("/v1.0/identity/conditionalAccess/namedLocations", location)
    wanted = {"$filter": "category eq 'Policy' and activityDateTime le 2099-01-01T00:00:00Z"}
    [event] = graph.values("/v1.0/auditLogs/directoryAudits", **wanted)
    assert (event["operationType"], event["targetResources"][0]["id"]) == ("Add", made["id"])
    assert event["initiatedBy"]["app"]["appId"] == contoso.application.client_id
