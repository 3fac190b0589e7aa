"""Microsoft's beta SDK for Python reads every collection of the simulator, unchanged but for its host.

`make interop` installs it; without it these tests are skipped.
"""

import asyncio
import re
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from intunesim import DEFAULT_SECRET, Plan, RealClock, Running, Simulator, generate, serving
from intunesim.catalog import Collection, all_collections
from intunesim.catalog.types import type_table

pytest.importorskip("msgraph_beta", reason="Microsoft's beta SDK is not installed: make interop")
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(300)]

NOT_IN_THE_SDK = {"agreements", "deviceAppManagement/windowsManagedAppProtections"}
"""Addresses for which this version of the SDK has no builder."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    simulator = Simulator(clock=RealClock())
    tenant = generate(simulator.add_tenant("Contoso"), Plan(policies=60, seed=8), now=RealClock().now())
    tenant.habits.page_sizes = {"groups": 5, "deviceManagement/configurationPolicies": 5}
    with serving(simulator, tls=tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.fixture(scope="module")
def read(served: Running) -> dict[str, Any]:
    """What the SDK read of each collection: typed objects, page after page; or the error that it raised."""
    return asyncio.run(_read_everything(served))


async def _read_everything(running: Running) -> dict[str, Any]:
    from azure.identity import ClientSecretCredential
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph_beta import GraphRequestAdapter, GraphServiceClient
    from msgraph_core import GraphClientFactory

    tenant = running.simulator.tenant("Contoso")
    assert tenant is not None
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
    adapter.base_url = f"{running.url}/beta"
    client = GraphServiceClient(request_adapter=adapter)
    return {each.path: await _objects(client, each) for each in all_collections() if each.path not in NOT_IN_THE_SDK}


async def _objects(client: Any, collection: Collection) -> Any:
    from msgraph_core.tasks.page_iterator import PageIterator

    builder = client
    objects: list[Any] = []
    try:
        for segment in collection.path.split("/"):
            builder = getattr(builder, _as_python(segment))
        iterator = PageIterator(await builder.get(), client.request_adapter)
        await iterator.iterate(lambda item: objects.append(item) or True)
    except Exception as error:
        return error
    return objects


def _as_python(segment: str) -> str:
    """The name that the SDK's generator makes of a segment: managedEBooks becomes managed_e_books."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", segment)).lower()


def test_the_beta_sdk_reads_every_collection_without_an_error(read):
    assert {path: repr(result) for path, result in read.items() if not isinstance(result, list)} == {}


def test_the_beta_sdk_reads_every_object_of_every_page(read, served):
    store = served.simulator.tenant("Contoso").store
    for path in ("groups", "deviceManagement/configurationPolicies", "deviceAppManagement/mobileApps"):
        assert {each.id for each in read[path]} == {entity.id for entity in store.entities(path)}


def test_the_beta_sdk_gives_each_object_the_type_it_has(read, served):
    store = served.simulator.tenant("Contoso").store
    wrong = []
    for path, objects in read.items():
        for item in objects:
            entity = store.find(path, item.id)
            named = str(entity.body.get("@odata.type", "")).rpartition(".")[2] if entity else ""
            if named and type_table().find(named) and type(item).__name__.lower() != named.lower():
                wrong.append((path, named, type(item).__name__))
    assert wrong == []


def test_the_beta_sdk_finds_what_a_tenant_is_born_with(read):
    assert len(read["deviceManagement/configurationSettings"]) > 50
    assert len(read["deviceManagement/configurationPolicyTemplates"]) == 3
    assert {each.display_name for each in read["deviceManagement/roleDefinitions"]} > {"Help Desk Operator"}
