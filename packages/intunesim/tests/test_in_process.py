"""The application inside a test, without a socket."""

import asyncio

import httpx
import pytest
from intunesim import DEFAULT_SECRET, Fault, Simulator, build_application


def _run(simulator, tenant, work):
    async def inside():
        transport = httpx.ASGITransport(app=build_application(simulator))
        async with httpx.AsyncClient(transport=transport, base_url="https://graph.microsoft.com") as client:
            form = {
                "grant_type": "client_credentials",
                "client_id": tenant.application.client_id,
                "client_secret": DEFAULT_SECRET,
                "scope": "https://graph.microsoft.com/.default",
            }
            answer = await client.post(f"https://login.microsoftonline.com/{tenant.id}/oauth2/v2.0/token", data=form)
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            return await work(client)

    return asyncio.run(inside())


def test_links_name_microsofts_host_when_that_was_asked(simulator, contoso):
    async def work(client):
        for name in "ABC":
            await client.post("/beta/deviceManagement/deviceCategories", json={"displayName": name})
        contoso.habits.page_sizes = {"deviceManagement/deviceCategories": 2}
        first = (await client.get("/beta/deviceManagement/deviceCategories")).json()
        second = (await client.get(first["@odata.nextLink"])).json()
        return first["@odata.nextLink"], len(second["value"])

    link, rest = _run(simulator, contoso, work)
    assert link.startswith("https://graph.microsoft.com/beta/deviceManagement/deviceCategories?")
    assert rest == 1


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_a_broken_connection_is_an_exception(simulator, contoso, kind):
    simulator.faults.add(Fault(kind, path="/groups"))

    async def work(client):
        with pytest.raises(ConnectionResetError):
            await client.get("/v1.0/groups")

    _run(simulator, contoso, work)


def test_latency_is_the_same_for_a_batch_as_for_one_call(clock):
    simulator = Simulator(clock=clock, latency_ms=100)
    tenant = simulator.add_tenant("Contoso")
    ticks = []

    async def work(client):
        before = clock.now()
        await client.get("/beta/deviceManagement/deviceCategories")
        ticks.append((clock.now() - before).total_seconds())

    _run(simulator, tenant, work)
    assert ticks == [0.1]
