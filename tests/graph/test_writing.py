"""Nothing is created twice, nothing masked is written, nothing is cleared by accident (GRAPH C7, C8)."""

import base64
import json

import pytest

from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import (
    GraphApprovalPending,
    GraphApprovalRequired,
    GraphForbidden,
    GraphHalfWritten,
    GraphNotFound,
    GraphOutcomeUnknown,
    GraphRejected,
    GraphUnavailable,
)
from tenantpilot.graph.read.single import read_when_shown
from tenantpilot.graph.write.writer import Created, NotWritable, Writer
from tests.graph.scripted import Raw, Reply, ScriptedGraph, Seen, error, page
from tests.graph.test_batch import answering
from tests.graph.test_faults import reset

CATALOG = registry.get("settingsCatalog")
COMPLIANCE = registry.get("compliancePolicy")
CATEGORY = registry.get("deviceCategory")
LOCATION = registry.get("namedLocation")
TEMPLATE = registry.get("notificationTemplate")
PROTECTION = registry.get("appProtection")
AUTOPILOT = registry.get("autopilotProfile")
STRENGTH = registry.get("authenticationStrength")
GROUP_TARGET = "#microsoft.graph.groupAssignmentTarget"


class Service:
    """A collection that applies what it is sent and answers as it is told to."""

    def __init__(self, graph: ScriptedGraph, path: str, *, appears_after: int = 0) -> None:
        self.items: list[dict] = []
        self.posts: list[dict] = []
        self.answers: list[object] = []
        self._appears_after = appears_after
        graph.on(path, self)
        for version in ("beta", "v1.0"):
            graph.on(f"/{version}/$batch", self._read_each)

    def __call__(self, request: Seen) -> object:
        if request.method == "POST":
            return self._post(request.body)
        self._appears_after -= bool(self.posts)
        return page(*([] if self._appears_after > 0 else self.items))

    def _read_each(self, request: Seen) -> Reply:
        """Answer reads by id, several in one request."""
        by_id = {item["id"]: item for item in self.items}
        asked = {one["id"]: one["url"].partition("?")[0].rpartition("/")[2] for one in request.body["requests"]}
        return Reply(
            200,
            {
                "responses": [
                    {
                        "id": number,
                        "status": 200 if graph_id in by_id else 404,
                        "body": by_id.get(graph_id, error("NotFound", "")),
                    }
                    for number, graph_id in asked.items()
                ]
            },
        )

    def _post(self, body: dict) -> object:
        self.posts.append(body)
        applied, answer = self.answers.pop(0) if self.answers else (True, None)
        item = {**body, "id": f"new-{len(self.posts)}"}
        if applied:
            self.items.append(item)
        return answer or Reply(201, item)


FAILURES = [Reply(504), Reply(503), Reply(500), Reply(429), Raw(reset), Reply(201, content=b"{")]


@pytest.mark.parametrize("failure", FAILURES, ids=["504", "503", "500", "429", "reset", "cut"])
def test_a_create_that_was_applied_and_not_answered_is_found_and_not_repeated(graph, client, failure):
    service = Service(graph, CATEGORY.collection)
    service.items = [{"id": "old", "displayName": "Kiosk"}]
    service.answers = [(True, failure)]
    created = Writer(client, CATEGORY).create({"displayName": "Kiosk"}, known_ids={"old"})
    assert created == Created("new-1", was_found=True)
    assert len(service.posts) == 1


@pytest.mark.parametrize("failure", FAILURES, ids=["504", "503", "500", "429", "reset", "cut"])
def test_a_create_that_was_not_applied_is_tried_again(graph, client, failure):
    service = Service(graph, CATEGORY.collection)
    service.items = [{"id": "old", "displayName": "Kiosk"}]
    service.answers = [(False, failure)]
    created = Writer(client, CATEGORY).create({"displayName": "Kiosk"}, known_ids={"old"})
    assert created == Created("new-2")
    assert len(service.items) == 2


def test_what_entra_shows_late_is_waited_for_before_a_create_is_repeated(graph, client):
    service = Service(graph, LOCATION.collection, appears_after=3)
    service.answers = [(True, Reply(504))]
    payload = {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office"}
    assert Writer(client, LOCATION).create(payload, known_ids=()).was_found
    assert len(service.posts) == 1


def test_two_candidates_are_a_matter_for_a_person(graph, client):
    service = Service(graph, CATEGORY.collection)
    service.answers = [(True, Reply(504))]
    service.items = [{"id": "of-somebody-else", "displayName": "Kiosk"}]
    with pytest.raises(GraphOutcomeUnknown) as caught:
        Writer(client, CATEGORY).create({"displayName": "Kiosk"}, known_ids=())
    assert caught.value.params["found"] == 2
    assert len(service.posts) == 1


def test_a_namesake_of_somebody_else_is_not_taken_for_ours(graph, client):
    service = Service(graph, CATEGORY.collection)
    service.answers = [(False, Reply(504))]
    service.items = [{"id": "of-somebody-else", "displayName": "Kiosk", "description": "Made by hand"}]
    with pytest.raises(GraphOutcomeUnknown):
        Writer(client, CATEGORY).create({"displayName": "Kiosk", "description": "Ours"}, known_ids=())
    assert len(service.posts) == 1


def test_a_namesake_that_somebody_else_has_described_is_not_ours_where_nothing_of_it_was_sent(graph, client):
    service = Service(graph, CATEGORY.collection)
    service.answers = [(False, Reply(504))]
    service.items = [{"id": "of-somebody-else", "displayName": "Kiosk", "description": "Made by hand"}]
    with pytest.raises(GraphOutcomeUnknown):
        Writer(client, CATEGORY).create({"displayName": "Kiosk"}, known_ids=())
    assert len(service.posts) == 1


def test_ours_is_told_from_a_namesake_by_what_was_sent(graph, client):
    service = Service(graph, CATEGORY.collection)
    service.answers = [(True, Reply(504))]
    service.items = [{"id": "of-somebody-else", "displayName": "Kiosk", "description": "Made by hand"}]
    created = Writer(client, CATEGORY).create({"displayName": "Kiosk", "description": "Ours"}, known_ids=())
    assert created == Created("new-1", was_found=True)


def test_a_create_that_cannot_be_looked_up_is_not_repeated(graph, client):
    graph.on(CATEGORY.collection, Reply(504))
    with pytest.raises(GraphOutcomeUnknown):
        Writer(client, CATEGORY).create({"displayName": "Kiosk"}, known_ids=())
    assert [request.method for request in graph.seen if request.path == CATEGORY.collection].count("POST") == 1


def test_a_create_that_fails_to_the_end_is_looked_up_a_last_time(graph, connect):
    service = Service(graph, CATEGORY.collection)
    service.answers = [(False, Reply(503)), (True, Reply(503))]
    client = connect(retry_policy=RetryPolicy(unavailable_backoff=(1.0,)))
    assert Writer(client, CATEGORY).create({"displayName": "Kiosk"}, known_ids=()).graph_id == "new-2"
    service.answers = [(False, Reply(503)), (False, Reply(503))]
    with pytest.raises(GraphUnavailable):
        Writer(client, CATEGORY).create({"displayName": "Other"}, known_ids=())


def test_a_create_that_is_refused_is_not_looked_up(graph, client):
    graph.on(CATEGORY.collection, Reply(400, error("BadRequest", "displayName is required.")))
    with pytest.raises(GraphRejected):
        Writer(client, CATEGORY).create({"displayName": ""}, known_ids=())
    assert len(graph.paths()) == 1


def test_compliance_actions_are_scheduled_after_an_update(graph, client):
    address = COMPLIANCE.address("c")
    graph.on(address, Reply(200, {"id": "c"}))
    graph.on(f"{address}/scheduleActionsForRules", Reply(204))
    rules = [{"id": "r", "scheduledActionConfigurations": [{"id": "a", "actionType": "block"}]}]
    Writer(client, COMPLIANCE).update("c", {"displayName": "C", "scheduledActionsForRule": rules})
    assert graph.seen[-1].body == {
        "deviceComplianceScheduledActionForRules": [{"scheduledActionConfigurations": [{"actionType": "block"}]}]
    }


def test_a_part_that_is_not_in_the_payload_is_left_alone(graph, client):
    graph.on(COMPLIANCE.address("c"), Reply(200, {"id": "c"}))
    Writer(client, COMPLIANCE).update("c", {"displayName": "C"})
    assert graph.paths() == [COMPLIANCE.address("c")]


def test_a_protection_is_born_in_its_own_collection_and_gets_its_apps_by_an_action(graph, client):
    home = "/beta/deviceAppManagement/iosManagedAppProtections"
    graph.on(home, Reply(201, {"id": "T_1"}))
    graph.on("/beta/deviceAppManagement/managedAppPolicies/T_1/targetApps", Reply(204))
    payload = {"@odata.type": "#microsoft.graph.iosManagedAppProtection", "displayName": "M", "apps": [{"id": "x"}]}
    Writer(client, PROTECTION).create(payload, known_ids=())
    assert graph.paths() == [home, "/beta/deviceAppManagement/managedAppPolicies/T_1/targetApps"]
    assert "apps" not in graph.seen[-2].body
    assert graph.seen[-1].body == {"apps": [{"id": "x"}]}


def test_an_object_whose_part_failed_is_told_with_its_id(graph, client):
    graph.on(TEMPLATE.collection, Reply(200, {"id": "n"}))
    graph.on(f"{TEMPLATE.address('n')}/localizedNotificationMessages", Reply(403, error("Forbidden", "no")))
    payload = {"displayName": "T", "localizedNotificationMessages": [{"locale": "en-us"}]}
    with pytest.raises(GraphHalfWritten) as caught:
        Writer(client, TEMPLATE).create(payload, known_ids=())
    assert caught.value.graph_id == "n"
    assert caught.value.reason_code == "permission_missing"
    assert isinstance(caught.value.__cause__, GraphForbidden)


def test_each_message_is_added_once_even_when_its_answer_does_not_come(graph, client):
    graph.on(TEMPLATE.collection, Reply(200, {"id": "n"}))
    messages = Service(graph, f"{TEMPLATE.address('n')}/localizedNotificationMessages")
    messages.answers = [(True, Reply(504)), (False, Reply(503))]
    texts = [{"locale": "en-us", "subject": "A"}, {"locale": "de-de", "subject": "B"}]
    Writer(client, TEMPLATE).create({"displayName": "T", "localizedNotificationMessages": texts}, known_ids=())
    assert [item["locale"] for item in messages.items] == ["en-us", "de-de"]
    assert len(messages.posts) == 3


def test_combinations_of_a_strength_are_updated_by_their_action(graph, client):
    graph.on(STRENGTH.address("s"), Reply(204))
    graph.on(f"{STRENGTH.address('s')}/updateAllowedCombinations", Reply(200, {}))
    Writer(client, STRENGTH).update("s", {"displayName": "S", "allowedCombinations": ["fido2"]})
    assert [request.body for request in graph.seen[-2:]] == [{"displayName": "S"}, {"allowedCombinations": ["fido2"]}]


def test_assignments_are_replaced_without_ids_and_without_those_of_policy_sets(graph, client):
    graph.on(f"{CATALOG.address('p')}/assign", Reply(200, {"value": []}))
    rows = [
        {"id": "1", "source": "direct", "sourceId": "p", "target": {"@odata.type": GROUP_TARGET, "groupId": "g"}},
        {"id": "2", "source": "policySets", "target": {"@odata.type": GROUP_TARGET, "groupId": "h"}},
    ]
    Writer(client, CATALOG).assign("p", rows)
    assert graph.seen[-1].body == {"assignments": [{"target": {"@odata.type": GROUP_TARGET, "groupId": "g"}}]}


def test_an_empty_list_never_clears_the_assignments(graph, client):
    graph.on(f"{CATALOG.address('p')}/assign", Reply(200, {"value": []}))
    with pytest.raises(NotWritable):
        Writer(client, CATALOG).assign("p", [])
    assert graph.paths() == []
    Writer(client, CATALOG).unassign("p")
    assert graph.seen[-1].body == {"assignments": []}


def test_row_by_row_the_missing_come_first_and_what_is_there_stays(graph, client):
    path = f"{AUTOPILOT.address('a')}/assignments"
    rows = Service(graph, path)
    rows.items = [
        {
            "id": "keep",
            "target": {
                "@odata.type": GROUP_TARGET,
                "groupId": "G1",
                "deviceAndAppManagementAssignmentFilterType": "none",
            },
        },
        {"id": "drop", "target": {"@odata.type": GROUP_TARGET, "groupId": "g2"}},
    ]
    rows.answers = [(True, Reply(504))]
    graph.on(f"{path}/drop", Reply(204))
    wanted = [{"target": {"@odata.type": GROUP_TARGET, "groupId": group}} for group in ("g1", "g3")]
    Writer(client, AUTOPILOT).assign("a", wanted)
    writes = [(request.method, request.path) for request in graph.seen if request.method in ("POST", "DELETE")]
    assert [write for write in writes if "oauth2" not in write[1]] == [("POST", path), ("DELETE", f"{path}/drop")]


def test_row_by_row_what_a_policy_set_has_assigned_is_left_alone(graph, client):
    """A row of our own is written beside it: it lasts when the policy set goes."""
    path = f"{AUTOPILOT.address('a')}/assignments"
    rows = Service(graph, path)
    target = {"@odata.type": GROUP_TARGET, "groupId": "g1"}
    rows.items = [
        {"id": "set", "source": "policySets", "target": target},
        {"id": "drop", "target": {**target, "groupId": "g2"}},
    ]
    graph.on(f"{path}/drop", Reply(204))
    Writer(client, AUTOPILOT).assign("a", [{"source": "direct", "target": target}])
    writes = [(request.method, request.path) for request in graph.seen if request.method in ("POST", "DELETE")]
    assert [write for write in writes if "oauth2" not in write[1]] == [("POST", path), ("DELETE", f"{path}/drop")]


def test_what_is_gone_already_counts_as_deleted(graph, client):
    graph.on(CATEGORY.address("x"), Reply(404, error("ResourceNotFound", "no")))
    Writer(client, CATEGORY).delete("x")
    assert graph.seen[-1].method == "DELETE"


def test_an_object_is_waited_for_until_it_can_be_read(graph, client, clock):
    gone = answering(lambda _url: {"status": 404, "body": error("NotFound", "no")})
    shown = answering(lambda _url: {"status": 200, "body": {"id": "x"}})
    graph.on(f"/{LOCATION.version}/$batch", gone, gone, shown, gone)
    assert read_when_shown(client, LOCATION, "x") == {"id": "x"}
    assert 10 <= clock.total < 15
    with pytest.raises(GraphNotFound):
        read_when_shown(client, LOCATION, "x")


def test_a_second_administrator_is_asked_and_awaited(graph, client):
    code = "0c9b3f7e-36ac-4b9b-9c0e-0d3b8e0d8a11"
    graph.on(CATEGORY.collection, Reply(412, error("BadRequest", "pending"), {"x-msft-approval-code": code}))
    with pytest.raises(GraphApprovalPending) as caught:
        Writer(client, CATEGORY, justification="Restore 12 für Anna").create({"displayName": "K"}, known_ids=())
    assert caught.value.approval_code == code
    sent = graph.seen[-1].headers["x-msft-approval-justification"]
    assert base64.b64decode(sent).decode() == "Restore 12 für Anna"


@pytest.mark.parametrize("status", [400, 403])
def test_a_write_without_a_justification_is_told_apart_from_a_missing_permission(graph, client, status):
    text = json.dumps({"Message": "Header 'x-msft-approval-justification' is required to request approval"})
    graph.on(CATEGORY.collection, Reply(status, error("BadRequest", text)))
    with pytest.raises(GraphApprovalRequired):
        Writer(client, CATEGORY).create({"displayName": "K"}, known_ids=())


def test_what_a_contract_does_not_offer_is_refused_before_anything_is_sent(graph, client):
    admx = Writer(client, registry.get("admxFile"))
    with pytest.raises(NotWritable):
        admx.create({"displayName": "x"}, known_ids=())
    with pytest.raises(NotWritable):
        admx.update("x", {})
    with pytest.raises(NotWritable):
        admx.unassign("x")
    assert graph.paths() == []
