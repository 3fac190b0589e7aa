"""The generator: believable, without two names alike, the same for the same seed, up to 5,000 policies."""

import collections

import pytest
from intunesim import Plan, Simulator, VirtualClock, generate
from intunesim.catalog import COLLECTIONS
from intunesim.catalog.types import ZERO_GUID
from intunesim.generator.plan import WEIGHTS
from intunesim.graph.typecheck import check_payload, check_type

NOT_COUNTED = {
    "users",
    "groups",
    "organization",
    "deviceManagement/templates",
    "deviceManagement/groupPolicyDefinitions",
}
TOKENS = "deviceManagement/depOnboardingSettings"


def _tenant(policies: int, seed: int = 1, name: str = "Contoso", **more):
    tenant = Simulator(clock=VirtualClock()).add_tenant(name)
    return generate(tenant, Plan(policies=policies, seed=seed, **more), now=VirtualClock().now())


def _everything(tenant):
    return {path: [(e.body, e.children) for e in tenant.store.entities(path)] for path in tenant.store.count()}


def _counted(tenant) -> int:
    own = [
        entity
        for path in tenant.store.count()
        if path not in NOT_COUNTED
        for entity in tenant.store.entities(path)
        if not entity.shipped
    ]
    tokens = tenant.store.entities(TOKENS)
    profiles = sum(len(token.children["enrollmentProfiles"]) for token in tokens)
    return len(own) - len(tokens) + profiles


def test_the_same_seed_makes_the_same_tenant_and_another_seed_another():
    assert _everything(_tenant(60)) == _everything(_tenant(60))
    assert _everything(_tenant(60)) != _everything(_tenant(60, seed=2))
    assert _everything(_tenant(60)) != _everything(_tenant(60, name="Fabrikam"))


@pytest.mark.parametrize("policies", [0, 1, 8, 40, 200, 1234])
def test_a_tenant_has_exactly_as_many_policies_as_asked_for(policies):
    assert _counted(_tenant(policies)) == policies


def test_forty_policies_are_of_many_kinds_and_two_hundred_of_all():
    assert len(Plan(policies=40).counts()) >= 8
    assert set(Plan(policies=200).counts()) == set(WEIGHTS)


@pytest.fixture(scope="module")
def large():
    return _tenant(5000)


def test_five_thousand_policies_have_no_two_names_alike(large):
    assert _counted(large) == 5000
    names = collections.Counter()
    for path in large.store.count():
        own = [entity for entity in large.store.entities(path) if not entity.shipped]
        names.update(str(entity.body.get(COLLECTIONS[path].name)) for entity in own if path != "users")
    assert [name for name, times in names.items() if times > 1] == []


def test_everything_that_is_generated_fits_its_type_and_no_property_is_invented(large):
    for path in set(large.store.count()) & set(COLLECTIONS):
        collection = COLLECTIONS[path]
        single = {child.name for child in collection.children if child.single}
        for entity in large.store.entities(path)[:120]:
            children = {name: value[0] if name in single else value for name, value in entity.children.items() if value}
            type_name = check_type(collection, entity.body)
            whole = {**entity.body, **children}
            check_payload(type_name, whole, version="beta", origin=collection.origin, refuse_unknown=True)


def test_what_refers_to_something_refers_to_something_that_exists(large):
    store = large.store
    ids = {path: {entity.id for entity in store.entities(path)} for path in store.count()}
    filters, tags = ids["deviceManagement/assignmentFilters"], ids["deviceManagement/roleScopeTags"]
    seen = collections.Counter()
    for path in store.count():
        for entity in store.entities(path):
            for assignment in entity.children.get("assignments", []):
                target = assignment["target"]
                assert target.get("groupId", next(iter(ids["groups"]))) in ids["groups"]
                chosen = target.get("deviceAndAppManagementAssignmentFilterId")
                assert chosen is None or chosen in filters
                seen["group"] += "groupId" in target
                seen["filter"] += chosen is not None
            assert set(entity.body.get("roleScopeTagIds") or []) <= tags
            seen["tag"] += (entity.body.get("roleScopeTagIds") or ["0"]) != ["0"]
    assert min(seen["group"], seen["filter"], seen["tag"]) > 100


def test_dependencies_run_from_policies_to_templates_places_apps_and_roles(large):
    store = large.store
    apps = {entity.id for entity in store.entities("deviceAppManagement/mobileApps")}
    configurations = store.entities("deviceAppManagement/mobileAppConfigurations")
    assert all(set(each.body["targetedMobileApps"]) <= apps for each in configurations)
    places = {entity.id for entity in store.entities("identity/conditionalAccess/namedLocations")} | {
        "All",
        "AllTrusted",
    }
    used = set()
    for policy in store.entities("identity/conditionalAccess/policies"):
        used |= set((policy.body["conditions"]["locations"] or {}).get("excludeLocations", []))
    assert used <= places
    assert used - {"AllTrusted"}
    actions = [
        action["notificationTemplateId"]
        for policy in store.entities("deviceManagement/deviceCompliancePolicies")
        for rule in policy.children["scheduledActionsForRule"]
        for action in rule["scheduledActionConfigurations"]
    ]
    templates = {entity.id for entity in store.entities("deviceManagement/notificationMessageTemplates")}
    assert set(actions) - {ZERO_GUID} <= templates
    assert set(actions) - {ZERO_GUID}
    assert all(each.children["roleDefinition"] for each in store.entities("deviceManagement/roleAssignments"))


def test_a_large_tenant_has_a_policy_of_306_settings_and_conditional_access_within_its_limit(large):
    counts = [entity.body["settingCount"] for entity in large.store.entities("deviceManagement/configurationPolicies")]
    assert max(counts) == 306
    assert sorted(counts)[len(counts) // 2] <= 4
    assert len(large.store.entities("identity/conditionalAccess/policies")) == 195


def test_only_the_kinds_that_were_asked_for_are_made():
    tenant = _tenant(30, kinds=("settingsCatalog", "mobileApp"))
    store = tenant.store
    own = {path for path in store.count() if not all(entity.shipped for entity in store.entities(path))}
    made = own - set(NOT_COUNTED)
    assert made == {"deviceManagement/configurationPolicies", "deviceAppManagement/mobileApps"}


def test_a_plan_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="there is no kind nonsense"):
        Plan(kinds=("nonsense",))
    with pytest.raises(ValueError, match="between 0 and 5000"):
        Plan(policies=5001)
    tenant = _tenant(1)
    with pytest.raises(ValueError, match="is not empty"):
        generate(tenant, Plan(), now=VirtualClock().now())
