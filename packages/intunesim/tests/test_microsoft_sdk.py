"""Microsoft's own Python SDK runs against the simulator, unchanged but for its host.

`make interop` installs it; without it these tests are skipped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from intunesim import DEFAULT_SECRET, LimitRules, Plan, RealClock, ServiceLimits, Simulator, Window, generate, serving

pytest.importorskip("msgraph", reason="Microsoft's SDK is not installed: make interop")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def no_foreign_certificates(monkeypatch):
    """The SDK trusts what these name, whatever it is told."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def sdk(tmp_path) -> Callable[..., Any]:
    """Run a coroutine with the SDK's client against a fresh simulator; answers what it answers."""

    def run(
        work: Callable[[Any, Simulator], Awaitable[Any]], *, policies: int = 0, limits: LimitRules | None = None
    ) -> Any:
        simulator = Simulator(clock=RealClock(), limits=limits)
        tenant = generate(simulator.add_tenant("Contoso"), Plan(policies=policies, seed=8), now=RealClock().now())
        with serving(simulator, tls=tmp_path) as running:
            return asyncio.run(_with_client(running, tenant, simulator, work))

    return run


async def _with_client(running: Any, tenant: Any, simulator: Simulator, work: Any) -> Any:
    import ssl

    import httpx
    from azure.identity import ClientSecretCredential
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph_core import GraphClientFactory

    credential = ClientSecretCredential(
        tenant.id,
        tenant.application.client_id,
        DEFAULT_SECRET,
        authority=running.url,
        connection_verify=str(running.authority),
        disable_instance_discovery=True,
    )
    scopes = ["https://graph.microsoft.com/.default"]
    provider = AzureIdentityAuthenticationProvider(credential, scopes=scopes, allowed_hosts=["127.0.0.1"])
    transport = httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(running.authority)), trust_env=False)
    adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=transport))
    adapter.base_url = f"{running.url}/v1.0"
    return await work(GraphServiceClient(request_adapter=adapter), simulator)


def test_the_sdk_lists_page_after_page(sdk):
    from msgraph_core.tasks.page_iterator import PageIterator

    async def work(client, simulator):
        tenant = simulator.tenant("Contoso")
        tenant.habits.page_sizes = {"groups": 7}
        names: list[str] = []
        first = await client.groups.get()
        iterator = PageIterator(first, client.request_adapter)
        await iterator.iterate(lambda group: names.append(group.display_name) or True)
        return names, {entity.body["displayName"] for entity in tenant.store.entities("groups")}

    names, expected = sdk(work, policies=100)
    assert len(names) == len(expected) > 14
    assert set(names) == expected


def test_the_sdk_creates_reads_updates_assigns_and_deletes(sdk):
    from msgraph.generated.device_management.device_configurations.item.assign.assign_post_request_body import (
        AssignPostRequestBody,
    )
    from msgraph.generated.models.device_configuration_assignment import DeviceConfigurationAssignment
    from msgraph.generated.models.group_assignment_target import GroupAssignmentTarget
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.windows10_general_configuration import Windows10GeneralConfiguration

    async def work(client, simulator):
        profiles = client.device_management.device_configurations
        body = Windows10GeneralConfiguration(display_name="From the SDK", password_required=True)
        made = await profiles.post(body)
        one = profiles.by_device_configuration_id(made.id)
        await one.patch(Windows10GeneralConfiguration(description="Changed"))
        read = await one.get()
        group = (await client.groups.get()).value[0].id
        target = GroupAssignmentTarget(group_id=group, odata_type="#microsoft.graph.groupAssignmentTarget")
        await one.assign.post(AssignPostRequestBody(assignments=[DeviceConfigurationAssignment(target=target)]))
        assigned = await one.assignments.get()
        await one.delete()
        with pytest.raises(ODataError) as gone:
            await one.get()
        return made, read, assigned, group, gone.value

    made, read, assigned, group, gone = sdk(work)
    assert isinstance(read, Windows10GeneralConfiguration)
    assert (read.display_name, read.description, read.password_required) == ("From the SDK", "Changed", True)
    assert [each.target.group_id for each in assigned.value] == [group]
    assert (gone.response_status_code, gone.error.code) == (404, "ResourceNotFound")
    assert made.id == read.id


def test_the_sdk_sends_batches_and_finds_each_answer(sdk):
    from msgraph_core.requests.batch_request_content import BatchRequestContent

    async def work(client, simulator):
        content = BatchRequestContent()
        categories = client.device_management.device_categories.to_get_request_information()
        groups = client.groups.to_get_request_information()
        wanted = [content.add_request_information(each) for each in (categories, groups)]
        answer = await client.batch.post(content)
        return [answer.get_response_status_codes(), wanted, content.requests]

    statuses, _, requests = sdk(work, policies=60)
    assert sorted(statuses.values()) == [200, 200]
    assert set(statuses) == set(requests)


def test_the_sdk_follows_a_delta_query_into_the_next_round(sdk):
    from msgraph.generated.groups.delta.delta_request_builder import DeltaRequestBuilder
    from msgraph.generated.models.group import Group

    async def work(client, simulator):
        page = await client.groups.delta.get()
        while page.odata_next_link:
            page = await DeltaRequestBuilder(client.request_adapter, page.odata_next_link).get()
        await client.groups.post(
            Group(display_name="New", mail_enabled=False, mail_nickname="new", security_enabled=True)
        )
        changed = await DeltaRequestBuilder(client.request_adapter, page.odata_delta_link).get()
        return [group.display_name for group in changed.value]

    assert sdk(work) == ["New"]


def test_the_sdk_waits_out_a_throttle_as_it_is_told(sdk):
    limits = LimitRules(devices=ServiceLimits(any_per_app=Window(2, 1.5)))

    async def work(client, simulator):
        for _ in range(3):
            await client.device_management.device_categories.get()
        return [entry.status for entry in simulator.log.find(path="/deviceManagement/deviceCategories")]

    statuses = sdk(work, limits=limits)
    assert statuses.count(200) == 3
    assert 429 in statuses


def test_the_sdk_reads_a_refusal(sdk):
    from msgraph.generated.models.ios_compliance_policy import IosCompliancePolicy
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError

    async def work(client, simulator):
        with pytest.raises(ODataError) as refused:
            await client.device_management.device_compliance_policies.post(IosCompliancePolicy(display_name="C"))
        return refused.value

    refused = sdk(work)
    assert (refused.response_status_code, refused.error.code) == (400, "BadRequest")
    assert "scheduledActionsForRule is required" in refused.error.message
