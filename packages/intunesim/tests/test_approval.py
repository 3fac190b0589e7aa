"""S15: Multi Admin Approval, for each workload."""

import base64

import pytest

CATEGORIES = "/beta/deviceManagement/deviceCategories"
PROFILES = "/beta/deviceManagement/deviceConfigurations"
PHONES = {"displayName": "Phones"}
WHY = {"x-msft-approval-justification": base64.b64encode(b"Change 4711").decode()}


@pytest.fixture
def protected(contoso):
    contoso.habits.approval_workloads = ("tenantConfiguration",)
    return contoso


def _code(graph) -> str:
    return graph.post(CATEGORIES, json=PHONES, headers=WHY).headers["x-msft-approval-code"]


def test_s15_a_write_without_a_justification_is_refused_and_says_what_is_missing(graph, protected):
    answer = graph.post(CATEGORIES, json=PHONES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert "Header 'x-msft-approval-justification' is required to request approval" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("status", "code"), [(412, "BadRequest"), (403, "ApprovalRequired")])
def test_s15_a_justified_write_is_put_down_and_not_done(graph, protected, status, code):
    protected.habits.approval_status = status
    answer = graph.post(CATEGORIES, json=PHONES, headers=WHY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["x-msft-approval-code"] in answer.json()["error"]["message"]
    assert graph.values(CATEGORIES) == []


def test_s15_an_approved_write_passes_once_with_its_code(graph, protected):
    code = _code(graph)
    assert graph.post(CATEGORIES, json=PHONES, headers={"x-msft-approval-code": code}).status_code == 403
    graph.post(f"/_sim/tenants/Contoso/approvals/{code}", json={"status": "approved"})
    assert graph.post(CATEGORIES, json=PHONES, headers={"x-msft-approval-code": code}).status_code == 201
    assert graph.post(CATEGORIES, json=PHONES, headers={"x-msft-approval-code": code}).status_code == 403
    assert len(graph.values(CATEGORIES)) == 1


def test_s15_a_rejected_write_never_passes(graph, protected):
    code = _code(graph)
    graph.post(f"/_sim/tenants/Contoso/approvals/{code}", json={"status": "rejected"})
    assert graph.post(CATEGORIES, json=PHONES, headers={"x-msft-approval-code": code}).status_code == 403


def test_s15_a_code_is_good_for_the_very_same_write_only(graph, protected):
    code = _code(graph)
    graph.post(f"/_sim/tenants/Contoso/approvals/{code}", json={"status": "approved"})
    other = graph.post(CATEGORIES, json={"displayName": "Tablets"}, headers={"x-msft-approval-code": code})
    assert other.status_code == 403


def test_s15_the_same_write_cannot_be_put_down_twice(graph, protected):
    _code(graph)
    assert graph.post(CATEGORIES, json=PHONES, headers=WHY).status_code == 409


def test_s15_requests_can_be_read_with_their_status(graph, protected):
    code = _code(graph)
    shown = graph.get(f"/beta/deviceManagement/operationApprovalRequests/{code}").json()
    assert (shown["status"], shown["requestJustification"]) == ("needsApproval", "Change 4711")
    assert "fingerprint" not in shown
    assert [each["id"] for each in graph.values("/beta/deviceManagement/operationApprovalRequests")] == [code]


def test_s15_other_workloads_reads_and_excluded_applications_pass(graph, protected):
    assert graph.get(CATEGORIES).status_code == 200
    body = {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "P"}
    assert graph.post(PROFILES, json=body).status_code == 201
    protected.application.outside_approval = True
    assert graph.post(CATEGORIES, json=PHONES).status_code == 201


def test_s15_a_justification_must_be_base64(graph, protected):
    answer = graph.post(CATEGORIES, json=PHONES, headers={"x-msft-approval-justification": "plain words!"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("workload", "path"),
    [
        ("app", "deviceAppManagement/mobileApps"),
        ("compliancePolicy", "deviceManagement/deviceCompliancePolicies"),
        ("deviceConfigurationPolicy", "deviceManagement/configurationPolicies"),
        ("script", "deviceManagement/deviceManagementScripts"),
        ("role", "deviceManagement/roleDefinitions"),
        ("tenantConfiguration", "deviceManagement/deviceCategories"),
    ],
)
def test_s15_each_workload_is_protected_on_its_own(graph, contoso, workload, path):
    contoso.habits.approval_workloads = (workload,)
    assert "x-msft-approval-justification" in graph.post(f"/beta/{path}", json={"displayName": "x"}).text
    contoso.habits.approval_workloads = ()
    assert "x-msft-approval-justification" not in graph.post(f"/beta/{path}", json={"displayName": "x"}).text
