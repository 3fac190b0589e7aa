"""$filter, $orderby and $search as clients of this field use them."""

import pytest
from intunesim.errors import GraphError
from intunesim.odata.filters import parse_filter

AVAILABILITY = "microsoft.graph.managedApp/appAvailability"
ITEM = {
    "@odata.type": "#microsoft.graph.win32LobApp",
    "displayName": "Bob's app",
    "count": 5,
    "assigned": True,
    "nothing": None,
    "createdDateTime": "2026-03-01T10:00:00.1234567Z",
    "groupTypes": ["Unified", "DynamicMembership"],
    "nested": {"family": "baseline", "id": "66df8dce-0166-4b82-92f7-1f74e3ca17a3"},
    "appAvailability": "global",
    "members": [{"id": "a", "role": "x"}, {"id": "b", "role": "y"}],
}


def _holds(text: str) -> bool:
    return parse_filter(text, lambda item, name: item["@odata.type"] == f"#{name}")(ITEM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'Bob''s app'", True),
        ("displayName eq 'BOB''S APP'", True),
        ("displayName ne 'x'", True),
        ("startswith(displayName,'Bob')", True),
        ("startswith(displayName, 'bob') eq true", True),
        ("endswith(displayName,'app')", True),
        ("contains(displayName,'zzz')", False),
        ("contains(tolower(displayName),'bob')", True),
        ("not contains(displayName,'zzz')", True),
        ("not (count gt 3)", False),
        ("count gt 4 and count le 5", True),
        ("count lt 5 or count ge 5", True),
        ("count eq 4 or assigned eq true and count eq 5", True),
        ("(count eq 4 or assigned eq true) and count eq 4", False),
        ("assigned", True),
        ("nothing eq null", True),
        ("missing eq null", True),
        ("displayName ne null", True),
        ("nothing gt 3", False),
        ("createdDateTime gt 2026-02-28T23:59:59Z", True),
        ("createdDateTime lt 2026-03-01", False),
        ("createdDateTime ge 2026-03-01T10:00:00Z", True),
        ("nested/family eq 'baseline'", True),
        ("nested/id eq 66df8dce-0166-4b82-92f7-1f74e3ca17a3", True),
        ("nested/id in ('x','66df8dce-0166-4b82-92f7-1f74e3ca17a3')", True),
        ("count in (1, 2)", False),
        ("groupTypes/any(c:c eq 'Unified')", True),
        ("groupTypes/any(c: c eq 'Other')", False),
        ("groupTypes/any()", True),
        ("members/all(m:m/role ne 'z')", True),
        ("members/any(m:m/id eq 'b' and m/role eq 'y')", True),
        ("isof('microsoft.graph.win32LobApp')", True),
        ("isof('microsoft.graph.iosVppApp')", False),
        (f"({AVAILABILITY} eq null or {AVAILABILITY} eq 'lineOfBusiness' or assigned eq true)", True),
        ("microsoft.graph.managedApp/appAvailability eq 'global'", True),
    ],
)  # fmt: skip
def test_a_filter_says_what_it_means(text, expected):
    assert _holds(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "eq",
        "displayName eq",
        "displayName like 'x'",
        "(count eq 5",
        "count eq 5)",
        "count eq 5 5",
        "'x",
        "count eq {1}",
        "",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(text):
    with pytest.raises(GraphError) as refused:
        parse_filter(text, lambda _item, _name: True)
    assert (refused.value.status, "Invalid filter clause" in refused.value.message) == (400, True)


CATEGORIES = "/beta/deviceManagement/deviceCategories"


@pytest.fixture
def named(graph):
    for name in ("Charlie", "alice", "Bob", "Bertha"):
        graph.made(CATEGORIES, {"displayName": name})


def _names(graph, **params):
    return [each["displayName"] for each in graph.values(CATEGORIES, **params)]


def test_lists_are_filtered_ordered_and_counted(graph, named):
    assert _names(graph, **{"$filter": "startswith(displayName,'B')"}) == ["Bob", "Bertha"]
    assert _names(graph, **{"$orderby": "displayName"}) == ["alice", "Bertha", "Bob", "Charlie"]
    assert _names(graph, **{"$orderby": "displayName desc"})[0] == "Charlie"
    assert graph.get(f"{CATEGORIES}/$count", params={"$filter": "startswith(displayName,'B')"}).text == "2"
    assert _names(graph, **{"$skip": 3}) == ["Bertha"]


def test_pages_of_a_filtered_list_stay_filtered(graph, named):
    assert _names(graph, **{"$filter": "startswith(displayName,'B')", "$top": 1}) == ["Bob", "Bertha"]


def test_options_may_be_written_without_their_dollar_and_unknown_ones_are_refused(graph, named):
    assert len(graph.get(CATEGORIES, params={"top": 2}).json()["value"]) == 2
    assert graph.get(CATEGORIES, params={"$nonsense": 2}).status_code == 400
    assert graph.get(CATEGORIES, params={"$filter": "displayName eq"}).status_code == 400


def test_the_path_may_be_written_in_any_case_and_with_keys_in_parentheses(graph, named):
    identifier = graph.values(CATEGORIES)[0]["id"]
    for address in (f"/beta/DeviceManagement/devicecategories/{identifier}", f"{CATEGORIES}('{identifier}')"):
        assert graph.get(address).json()["displayName"] == "Charlie"


def test_a_cast_to_a_derived_type_narrows_a_list_and_changes_nothing_for_one(graph):
    profiles = "/beta/deviceManagement/deviceConfigurations"
    for kind in ("ios", "macOS"):
        suffix = "GeneralDeviceConfiguration"
        graph.made(profiles, {"@odata.type": f"#microsoft.graph.{kind}{suffix}", "displayName": kind})
    cast = graph.values(f"{profiles}/microsoft.graph.iosGeneralDeviceConfiguration")
    assert [each["displayName"] for each in cast] == ["ios"]
    single = f"{profiles}/{cast[0]['id']}/microsoft.graph.iosGeneralDeviceConfiguration"
    assert graph.get(single).json()["displayName"] == "ios"
