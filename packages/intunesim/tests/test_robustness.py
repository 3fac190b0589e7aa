"""Whatever is sent, the answer is Graph's: never a failure of the simulator itself."""

import os
import random

import pytest
from intunesim import Plan, Simulator, VirtualClock, generate
from intunesim.catalog import COLLECTIONS, all_collections

ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "text",
    "null",
    [],
    [1],
    [None],
    [[]],
    {},
    {"@odata.type": "#microsoft.graph.x"},
    {"id": 1},
    [{"target": 5}],
)
BIND = "roleDefinition@odata.bind"
READ_ONLY_OPERATOR = "fa1d7878-e8cb-41a1-8254-0142355c9f84"
DEEP = bool(os.environ.get("INTUNESIM_DEEP"))
"""More of the same, for those who have the time."""
WRITABLE = [each for each in all_collections() if each.creates]


ACTIONS = (
    "",
    "/assign",
    "/assignments",
    "/update",
    "/updateDefinitionValues",
    "/targetApps",
    "/setPriority",
    "/createCopy",
)


@pytest.fixture(scope="module")
def patterns():
    """One good body of each kind, as the generator makes them."""
    tenant = Simulator(clock=VirtualClock()).add_tenant("Patterns")
    generate(tenant, Plan(policies=120, seed=6), now=VirtualClock().now())
    return {
        path: [_whole(COLLECTIONS[path], each) for each in tenant.store.entities(path) if not each.shipped][:3]
        for path in tenant.store.count()
        if path in COLLECTIONS
    }


def _whole(collection, entity):
    single = {child.name for child in collection.children if child.single}
    children = {name: value[0] if name in single else value for name, value in entity.children.items() if value}
    return {**entity.body, **children}


@pytest.mark.parametrize("collection", WRITABLE, ids=[each.key for each in WRITABLE])
def test_a_good_body_with_one_odd_part_is_accepted_or_refused(graph, contoso, patterns, collection):
    chance = random.Random(collection.key)
    objects = patterns.get(collection.part_of or collection.path, [])
    fitting = [each for each in objects if not collection.part_of or each["@odata.type"] == collection.type_name]
    for good in fitting[: 3 if DEEP else 1]:
        usual = {name: value for name, value in good.items() if name not in collection.refused_on_create}
        usual |= {name: "eA==" for name in collection.required if name in collection.write_only}
        usual |= {collection.unique: "A name of its own"} if collection.unique else {}
        usual |= (
            {BIND: f"https://graph.microsoft.com/beta/deviceManagement/roleDefinitions('{READ_ONLY_OPERATOR}')"}
            if collection.key == "roleAssignment"
            else {}
        )
        contoso.habits.check_references = False
        accepted = graph.post(f"/beta/{collection.path}", json=usual)
        assert accepted.status_code in (200, 201), accepted.text
        names = [*usual, "templateReference", "members@odata.bind", "x@odata.bind", "omaSettings", "assignments"]
        for name in chance.sample(names, min(14 if DEEP else 6, len(names))):
            contoso.habits.check_references = chance.random() < 0.5
            body = {**usual, name: chance.choice(ODD)}
            answer = graph.post(f"/beta/{collection.path}", json=body)
            assert answer.status_code < 500, (name, body[name], answer.text)
            if answer.status_code in (200, 201):
                _use(graph, collection, answer.json()["id"], body)
    assert graph.get(f"/beta/{collection.path}").status_code == 200


def _use(graph, collection, identifier, body):
    """Do to an odd object what clients do: act, read, change, delete."""
    address = f"/beta/{collection.path}/{identifier}"
    for action in ACTIONS:
        answer = graph.post(f"{address}{action}", json=body)
        assert answer.status_code < 500, (action, body, answer.text)
    expand = ",".join(child.name for child in collection.children)
    for verb, options in (
        ("GET", {"params": {"$expand": expand} if expand else {}}),
        ("PATCH", {"json": body}),
        ("PUT", {"json": body}),
    ):
        answer = graph.request(verb, address, **options)
        assert answer.status_code < 500, (verb, body, answer.text)
    listed = graph.get(
        f"/beta/{collection.path}",
        params={"$filter": f"{collection.name} gt 'a'", "$orderby": f"{collection.name},id", "$count": "true"},
        headers={"ConsistencyLevel": "eventual"},
    )
    assert listed.status_code == 200
    assert graph.delete(address).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/beta", "/beta/", "/v1.0/groups/delta/x", "/beta/deviceManagement/deviceConfigurations('x",
        "/beta/%00", "/beta/''",
        "/beta/deviceManagement/deviceConfigurations/x/getOmaSettingPlainTextValue()", "/beta/deviceManagement//x",
        "/beta/groups/x/members/y/z/$ref", "/beta/deviceManagement/intents/x/categories/y/settings/z", "/v2.0/groups",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused(graph, path):
    for verb in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        assert graph.request(verb, path, json={}).status_code in (400, 404, 405), (verb, path)


@pytest.mark.parametrize(
    "option",
    [
        "$filter=a/b/c/any(x:x)",
        "$orderby=x,y desc,",
        "$select=,,",
        "$expand=((",
        "$expand=settings($expand=x)",
        "$skip=99999999",
        "$top=0",
        "$skiptoken=W10",
        "$search=",
        "%24filter=%ff",
    ],
)
def test_odd_options_are_refused_or_mean_nothing(graph, contoso, clock, option):
    generate(contoso, Plan(policies=30), now=clock.now())
    for path in ("deviceManagement/configurationPolicies", "deviceManagement/deviceConfigurations", "groups"):
        assert graph.get(f"/beta/{path}?{option}").status_code in (200, 400)
