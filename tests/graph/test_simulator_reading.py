"""Reading whole tenants of the simulator over HTTP: complete, or saying so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from intunesim.faults import Fault
from intunesim.server import Running, serving
from intunesim.simulator import Simulator
from intunesim.state.tenant import Secret

from tenantpilot.graph.client.budget import Allowance, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.connection import Certificate, ClientSecret
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.client.tokens import TokenCache
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import (
    GraphForbidden,
    GraphHostRefused,
    GraphIncompleteRead,
    GraphNotFound,
    GraphNotShown,
    GraphResponseUnreadable,
    GraphSignInFailed,
    GraphTokenRejected,
)
from tenantpilot.graph.read.full import read_by_id, read_type_whole
from tenantpilot.graph.read.listing import read_policies, read_types
from tenantpilot.graph.read.probe import granted_roles, probe
from tests.graph.certificates import certificate
from tests.graph.simulated import connection_to_tenant, filled

CATALOG = registry.get("settingsCatalog")
CONDITIONAL = registry.get("conditionalAccessPolicy")
APPS = registry.get("mobileApp")
FAST = {
    service: Allowance(requests=10_000, writes=10_000, seconds=1.0) for service in Service
}  # for tests that are not about limits


@pytest.fixture(scope="module")
def contoso() -> Iterator[tuple[Running, Any]]:
    """A tenant to read from; tests put back what they change."""
    simulator = Simulator()
    tenant = filled(simulator)
    with serving(simulator) as running:
        yield running, tenant


@pytest.fixture
def running(contoso) -> Running:
    contoso[0].simulator.log.clear()
    return contoso[0]


@pytest.fixture
def tenant(contoso):
    return contoso[1]


@pytest.fixture
def client(running, tenant) -> Iterator[GraphClient]:
    budget = TenantBudget(MemoryStore(), tenant.id, allowances=FAST)
    retry_policy = RetryPolicy(unavailable_backoff=(0.05,) * 4, internal_error_backoff=(0.05,) * 2)
    with GraphClient(connection_to_tenant(running, tenant), budget=budget, retry_policy=retry_policy) as made:
        yield made


def held(tenant: Any, contract: Any) -> int:
    """How many objects of a type the tenant holds, counted past Graph."""
    return sum(contract.holds(entity.body) for entity in tenant.store.entities(contract.path.strip("/")))


def test_every_type_is_read_whole(client, tenant):
    reads = {read.contract.key: read for read in read_types(client, registry.of_configuration())}
    assert {key: read.error for key, read in reads.items() if read.error} == {}
    for key in ("settingsCatalog", "deviceConfiguration", "windowsUpdateRing", "mobileApp", "group"):
        assert len(reads[key].items) == held(tenant, registry.get(key)), key
    assert sum(bool(read.items) for read in reads.values()) >= 40


def test_every_object_of_every_type_is_made_whole(client):
    for contract in registry.of_configuration():
        for read in read_type_whole(client, contract):
            assert read.error is None, (contract.key, read.error)
            assert all(part.name in read.payload for part in contract.parts if part.is_of(read.payload)), contract.key


def test_all_types_together_need_few_requests(client, running):
    list(read_types(client, registry.of_configuration()))
    assert len(running.simulator.log) <= 50


def test_a_policy_of_306_settings_and_thirty_assignments_is_whole(client, tenant, running):
    entity = next(iter(tenant.store.entities("deviceManagement/configurationPolicies")))
    setting, assignment = (
        entity.children["settings"][0],
        {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget"}},
    )
    before = dict(entity.body), dict(entity.children)
    entity.children["settings"] = [{**setting, "id": str(n)} for n in range(306)]
    entity.children["assignments"] = [{**assignment, "id": str(n)} for n in range(30)]
    entity.body["settingCount"] = 306
    tenant.store.put("deviceManagement/configurationPolicies", entity)
    try:
        read = next(read for read in read_type_whole(client, CATALOG) if read.graph_id == entity.id)
        assert len(read.payload["settings"]) == 306
        assert len(read.payload["assignments"]) == 30
    finally:
        entity.body, entity.children = before
        tenant.store.put("deviceManagement/configurationPolicies", entity)


def test_lists_longer_than_a_page_are_whole():
    simulator = Simulator()
    tenant = filled(simulator, policies=1210, kinds=("mobileApp", "conditionalAccessPolicy"))
    budget = TenantBudget(MemoryStore(), tenant.id, allowances=FAST)
    with serving(simulator) as running, GraphClient(connection_to_tenant(running, tenant), budget=budget) as client:
        apps, policies = list(read_policies(client, APPS)), list(read_policies(client, CONDITIONAL))
    assert len(apps) == held(tenant, APPS) > 1000
    assert len(policies) == held(tenant, CONDITIONAL) > 20


def test_a_list_that_hides_one_fails_loudly_and_alone(client, tenant):
    hidden = next(iter(tenant.store.entities("deviceManagement/configurationPolicies"))).id
    tenant.habits.hidden = {"deviceManagement/configurationPolicies": (hidden,)}
    try:
        reads = {read.contract.key: read for read in read_types(client, [CATALOG, APPS])}
    finally:
        tenant.habits.hidden = {}
    error = reads["settingsCatalog"].error
    assert isinstance(error, GraphIncompleteRead)
    assert error.params["stated"] == error.params["read"] + 1
    assert reads["mobileApp"].error is None


def test_a_missing_permission_costs_its_types_only(running, tenant):
    application = tenant.application
    roles = application.roles
    application.roles = tuple(role for role in roles if "Scripts" not in role)
    try:
        with GraphClient(connection_to_tenant(running, tenant), tokens=TokenCache()) as client:
            reads = list(read_types(client, registry.chosen(["powershellScript", "settingsCatalog"])))
            script, app = probe(client, [registry.get("powershellScript"), APPS])
    finally:
        application.roles = roles
    errors = {read.contract.key: read.error for read in reads}
    assert isinstance(errors["powershellScript"], GraphForbidden)
    assert errors["settingsCatalog"] is None
    assert (script.is_readable, script.is_writable) == (False, False)
    assert script.missing == ("DeviceManagementScripts.Read.All", "DeviceManagementScripts.ReadWrite.All")
    assert (app.is_readable, app.is_writable, app.missing) == (True, True, ())


def test_a_probe_of_all_types_writes_nothing(client, running):
    probes = probe(client, registry.of_configuration())
    assert running.simulator.log.writes() == []
    assert [one.contract.key for one in probes if not one.is_readable] == []
    assert [one.contract.key for one in probes if not one.is_writable] == []


def test_a_token_that_cannot_be_read_says_nothing_about_rights():
    assert granted_roles("opaque") is None
    assert granted_roles("a.b.c") is None


@pytest.mark.parametrize(
    ("changes", "reason", "aadsts"),
    [
        ({"credential": ClientSecret("wrong")}, "client_secret_invalid", "AADSTS7000215"),
        ({"client_id": "00000000-1111-4111-8111-000000000000"}, "application_not_found", "AADSTS700016"),
        ({"entra_tenant_id": "00000000-2222-4222-8222-000000000000"}, "tenant_not_found", "AADSTS90002"),
    ],
)
def test_a_refused_sign_in_has_its_reason(running, tenant, changes, reason, aadsts):
    connection = connection_to_tenant(running, tenant, **changes)
    with GraphClient(connection) as client, pytest.raises(GraphSignInFailed) as caught:
        client.sign_in()
    assert (caught.value.reason_code, caught.value.params["aadsts"]) == (reason, aadsts)
    assert UUID(caught.value.request_id)


def test_an_expired_secret_has_its_reason(running, tenant):
    secrets = tenant.application.secrets
    tenant.application.secrets = [Secret("old", expires_at=datetime.now(UTC) - timedelta(days=1))]
    try:
        with GraphClient(connection_to_tenant(running, tenant)) as client, pytest.raises(GraphSignInFailed) as caught:
            client.sign_in()
    finally:
        tenant.application.secrets = secrets
    assert caught.value.reason_code == "client_secret_expired"


def test_a_token_that_expires_in_the_middle_is_renewed(running, tenant, client):
    tenant.habits.token_lifetime_seconds = 1
    try:
        reads = list(read_types(client, registry.of_configuration()))
        rest = list(read_type_whole(client, CATALOG))
    finally:
        tenant.habits.token_lifetime_seconds = 3599
    assert all(read.error is None for read in (*reads, *rest))


FAULTS_OF_PAGES = [
    ("empty_page", None),
    ("repeat_page", None),
    ("loop", GraphIncompleteRead),
    ("foreign_link", GraphHostRefused),
    ("no_value", GraphResponseUnreadable),
]


@pytest.mark.parametrize(("kind", "error"), FAULTS_OF_PAGES)
def test_pages_that_go_wrong_are_survived_or_told(running, client, tenant, kind, error):
    times = 2 if kind == "empty_page" else 0
    running.simulator.faults.add(Fault(kind=kind, path="/deviceManagement/configurationPolicies", times=times))
    try:
        (read,) = read_types(client, [CATALOG])
    finally:
        running.simulator.faults.clear()
    assert (type(read.error) if read.error else None) is error
    assert len(read.items) == (0 if error else held(tenant, CATALOG))


@pytest.mark.parametrize("kind", ["reset", "cut", "unfinished", "truncated", "html", "empty", "status"])
def test_trouble_that_passes_is_survived(running, client, tenant, kind):
    running.simulator.faults.add(Fault(kind=kind, path="/device*", every=4, times=4))
    try:
        reads = list(read_types(client, registry.chosen(["settingsCatalog", "deviceConfiguration", "mobileApp"])))
        rest = list(read_type_whole(client, CATALOG))
    finally:
        running.simulator.faults.clear()
    assert [read.error for read in reads if read.error] == []
    assert len(rest) == held(tenant, CATALOG)


def test_a_throttled_part_of_a_batch_is_read_in_the_end(running, client, tenant):
    fault = Fault(kind="status", status=429, retry_after="0.2", path="*/settings", every=4, times=5)
    running.simulator.faults.add(fault)
    try:
        reads = list(read_type_whole(client, CATALOG))
    finally:
        running.simulator.faults.clear()
    assert fault.fired == 5
    assert [read.error for read in reads if read.error] == []


def test_tenants_are_apart(running, tenant):
    fabrikam = running.simulator.tenant("Fabrikam") or filled(running.simulator, "Fabrikam", policies=10)
    with GraphClient(connection_to_tenant(running, tenant)) as ours:
        foreign = next(iter(fabrikam.store.entities("deviceManagement/configurationPolicies"))).id
        with pytest.raises((GraphNotFound, GraphTokenRejected)):
            ours.get(CATALOG.address(foreign))


def test_a_certificate_signs_in_over_tls(tmp_path):
    public, private = certificate()
    simulator = Simulator()
    tenant = filled(simulator, policies=8)
    tenant.application.secrets = []
    tenant.application.certificates = [public]
    with serving(simulator, tls=tmp_path) as running:
        facts = {"credential": Certificate(public, private), "ca_file": running.authority}
        with GraphClient(connection_to_tenant(running, tenant, **facts)) as client:
            assert client.sign_in()
            assert list(read_policies(client, CATALOG))
        other, key = certificate()
        facts["credential"] = Certificate(other, key)
        client = GraphClient(connection_to_tenant(running, tenant, **facts))
        with client, pytest.raises(GraphSignInFailed) as caught:
            client.sign_in()
    assert caught.value.reason_code == "certificate_invalid"


ASSIGNED = "/deviceManagement/configurationPolicies/{}/assignments"
ITSELF = "/deviceManagement/configurationPolicies/{}*"


@pytest.mark.parametrize("path", [ASSIGNED, ITSELF], ids=["a part", "the object"])
@pytest.mark.parametrize("is_by_id", [False, True], ids=["list", "by id"])
def test_what_the_list_shows_is_not_gone_because_it_is_not_found(running, client, tenant, path, is_by_id):
    """Whoever took it for deleted would leave it out of a backup, or create a second one."""
    entity = next(iter(tenant.store.entities("deviceManagement/configurationPolicies")))
    before = dict(entity.children)
    entity.children["assignments"] = [{"id": str(n), "target": {}} for n in range(30)]
    tenant.store.put("deviceManagement/configurationPolicies", entity)
    running.simulator.faults.add(Fault(status=404, path=path.format(entity.id)))
    try:
        reads = read_by_id(client, CATALOG, [{"id": entity.id}]) if is_by_id else read_type_whole(client, CATALOG)
        read = next(read for read in reads if read.graph_id == entity.id)
    finally:
        running.simulator.faults.clear()
        entity.children = before
        tenant.store.put("deviceManagement/configurationPolicies", entity)
    is_gone = is_by_id and path == ITSELF
    assert isinstance(read.error, GraphNotFound if is_gone else GraphNotShown)
