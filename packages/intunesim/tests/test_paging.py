"""S2: page sizes of each collection, empty pages that have a nextLink, links that are opaque."""

import pytest
from intunesim import Plan, generate
from intunesim.catalog import COLLECTIONS, OverMax

POLICIES = "/beta/deviceManagement/configurationPolicies"
GROUPS = "/v1.0/groups"


@pytest.fixture
def many(contoso, clock):
    return generate(contoso, Plan(policies=60, seed=3, groups=130, kinds=("settingsCatalog",)), now=clock.now())


def test_s2_settings_catalog_policies_come_in_pages_of_25(graph, many):
    first = graph.get(POLICIES).json()
    assert len(first["value"]) == 25
    assert len({each["id"] for each in graph.values(POLICIES)}) == 60


def test_s2_settings_of_a_policy_come_in_pages_of_25_too(graph):
    settings = [
        {
            "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": f"s{n}",
            }
        }
        for n in range(306)
    ]
    made = graph.made(
        POLICIES, {"name": "Large", "platforms": "windows10", "technologies": "mdm", "settings": settings}
    )
    first = graph.get(f"{POLICIES}/{made['id']}/settings").json()
    assert len(first["value"]) == 25
    assert [each["id"] for each in graph.values(f"{POLICIES}/{made['id']}/settings")] == [str(n) for n in range(306)]
    assert len(graph.get(f"{POLICIES}/{made['id']}/settings", params={"$top": 1000}).json()["value"]) == 306


@pytest.mark.parametrize(
    ("path", "default"),
    [
        ("deviceManagement/configurationPolicies", 25),
        ("deviceManagement/compliancePolicies", 25),
        ("deviceAppManagement/mobileApps", 1000),
        ("deviceManagement/deviceConfigurations", 1000),
        ("groups", 100),
        ("users", 100),
    ],
)
def test_s2_each_collection_has_its_own_page_size(path, default):
    assert COLLECTIONS[path].page_size == default


def test_s2_the_next_link_is_opaque_and_doubly_encoded_and_carries_the_query(graph, many):
    link = graph.get(POLICIES, params={"$select": "id,name", "$top": 7}).json()["@odata.nextLink"]
    assert "$skiptoken=%255Bcosmosdb%255D" in link
    following = graph.get(link).json()
    assert len(following["value"]) == 7
    assert set(following["value"][0]) == {"id", "name"}


def test_s2_a_link_that_was_decoded_on_the_way_leads_to_400(graph, many):
    answer = graph.get(POLICIES, params={"$skiptoken": "something-else"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_s2_a_page_may_be_empty_and_yet_have_a_next_link(graph, many):
    many.habits.empty_page_every = 2
    first = graph.get(POLICIES).json()
    second = graph.get(first["@odata.nextLink"]).json()
    assert second["value"] == []
    assert second["@odata.nextLink"]
    assert len({each["id"] for each in graph.values(POLICIES)}) == 60


@pytest.mark.parametrize(("over_max", "outcome"), [(OverMax.CLAMP, 40), (OverMax.IGNORE, 10), (OverMax.REFUSE, None)])
def test_s2_a_top_above_the_maximum_is_clamped_ignored_or_refused(over_max, outcome):
    from intunesim.errors import GraphError
    from intunesim.graph.paging import PageRules

    rules = PageRules(default=10, maximum=40, over_max=over_max)
    if outcome is None:
        with pytest.raises(GraphError, match="Invalid page size"):
            rules.size(41)
    else:
        assert rules.size(41) == outcome


def test_s2_groups_refuse_a_top_above_999(graph, many):
    assert graph.get(GROUPS, params={"$top": 999}).status_code == 200
    assert graph.get(GROUPS, params={"$top": 1000}).status_code == 400


def test_s2_the_count_stands_on_the_first_page_only(graph, many):
    first = graph.get(GROUPS, params={"$count": "true", "$top": 50}, headers={"ConsistencyLevel": "eventual"}).json()
    assert first["@odata.count"] == 130
    assert "@odata.count" not in graph.get(GROUPS, params={"$count": "true"}).json()
    assert "@odata.count" not in graph.get(first["@odata.nextLink"]).json()


def test_s2_a_tenant_can_have_page_sizes_of_its_own(graph, many):
    many.habits.page_sizes = {"groups": 3, "deviceManagement/configurationPolicies": 2}
    assert len(graph.get(GROUPS).json()["value"]) == 3
    assert len(graph.get(POLICIES).json()["value"]) == 2


def test_s2_the_service_gives_advice_beside_the_value_when_nothing_was_selected(graph, many):
    assert "@microsoft.graph.tips" in graph.get(POLICIES).json()
    assert "@microsoft.graph.tips" not in graph.get(POLICIES, params={"$select": "id"}).json()


def test_s2_an_object_that_is_hidden_is_counted_and_not_listed(graph, many):
    lost = graph.values(POLICIES)[7]["id"]
    many.habits.hidden = {"deviceManagement/configurationPolicies": (lost,)}
    assert graph.get(POLICIES, params={"$count": "true"}).json()["@odata.count"] == 60
    assert len(graph.values(POLICIES)) == 59


def test_s2_a_list_may_be_cut_without_a_link_unless_a_top_is_asked_for(graph, many):
    many.habits.silent_cuts = {"deviceManagement/configurationPolicies": 20}
    cut = graph.get(POLICIES).json()
    assert (len(cut["value"]), "@odata.nextLink" in cut) == (20, False)
    assert len(graph.values(POLICIES, **{"$top": 100})) == 60


@pytest.mark.parametrize("top", ["0x", "-1", "many"])
def test_s2_a_top_that_is_no_number_is_refused(graph, top):
    assert graph.get(POLICIES, params={"$top": top}).status_code == 400
