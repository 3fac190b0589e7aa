"""S9: what no schema knows is kept and given back."""

import pytest

CONFIGURATIONS = "deviceManagement/deviceConfigurations"


def test_s9_unknown_properties_are_kept_at_every_depth(graph):
    body = {
        "@odata.type": "#microsoft.graph.windows10GeneralConfiguration",
        "displayName": "P",
        "aPropertyOfTomorrow": {"inner": [1, {"deep": None}]},
        "edgeSearchEngine": {
            "@odata.type": "#microsoft.graph.edgeSearchEngine",
            "edgeSearchEngineType": "bing",
            "new": 1,
        },
    }
    made = graph.made(f"/beta/{CONFIGURATIONS}", body)
    shown = graph.get(f"/beta/{CONFIGURATIONS}/{made['id']}").json()
    assert (shown["aPropertyOfTomorrow"], shown["edgeSearchEngine"]) == (
        body["aPropertyOfTomorrow"],
        body["edgeSearchEngine"],
    )


def test_s9_a_tenant_can_refuse_them_as_the_service_does_for_most_types(graph, contoso):
    contoso.habits.refuse_unknown_properties = True
    body = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "displayName": "P", "nonsense": 1}
    answer = graph.post(f"/beta/{CONFIGURATIONS}", json=body)
    assert answer.status_code == 400
    assert "The property 'nonsense' does not exist" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "unknown",
    [
        {
            "@odata.type": "#microsoft.graph.unsupportedDeviceConfiguration",
            "originalEntityTypeName": "x",
            "details": [],
        },
        {"@odata.type": "#microsoft.graph.aTypeOfTomorrow", "setting": "on"},
        {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "defenderScanType": "aValueOfTomorrow"},
    ],
)
def test_s9_unknown_types_and_enum_values_that_a_tenant_holds_are_returned(graph, running, unknown):
    body = {"id": "aaaaaaaa-0000-0000-0000-000000000000", "displayName": "From tomorrow", **unknown}
    placed = graph.post(f"/_sim/tenants/Contoso/objects/{CONFIGURATIONS}", json=body)
    assert placed.status_code == 200
    shown = graph.values(f"/beta/{CONFIGURATIONS}")[0]
    assert {name: shown[name] for name in body} == body


@pytest.mark.parametrize(
    ("filter_text", "found"),
    [
        ("isof('microsoft.graph.unsupportedDeviceConfiguration')", 1),
        ("isof('microsoft.graph.windowsUpdateForBusinessConfiguration')", 0),
    ],
)
def test_s9_filters_by_type_tell_them_apart(graph, filter_text, found):
    body = {"@odata.type": "#microsoft.graph.unsupportedDeviceConfiguration", "displayName": "Old"}
    graph.post(f"/_sim/tenants/Contoso/objects/{CONFIGURATIONS}", json=body)
    assert len(graph.values(f"/beta/{CONFIGURATIONS}", **{"$filter": filter_text})) == found
