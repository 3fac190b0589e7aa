"""S6: throttling in sliding windows, for each application and each tenant, in every spelling of Retry-After."""

import json
from email.utils import parsedate_to_datetime

import pytest
from intunesim import Application, LimitRules, Secret, ServiceLimits, Window

CONFIGURATIONS = "/beta/deviceManagement/deviceConfigurations"
POLICIES = "/beta/deviceManagement/configurationPolicies"
ACCESS = "/v1.0/identity/conditionalAccess/policies"
GROUPS = "/v1.0/groups"


def _small(**more) -> LimitRules:
    limits = ServiceLimits(Window(10, 20), Window(15, 20), Window(2, 20), Window(3, 20))
    return LimitRules(configuration=limits, **more)


def _statuses(client, path, times) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_s6_the_figures_are_microsofts():
    rules = LimitRules()
    assert rules.configuration == ServiceLimits(Window(1000, 20), Window(2000, 20), Window(100, 20), Window(200, 20))
    assert rules.devices == ServiceLimits(Window(2000, 20), Window(4000, 20), Window(200, 20), Window(400, 20))
    assert rules.conditional_access == ServiceLimits(any_per_tenant=Window(1, 1), tells_when=False)
    assert (rules.identity.any_per_app, rules.whole_graph) == (Window(3500, 10), Window(130_000, 10))


def test_s6_the_window_slides_with_the_clock(another):
    simulator, _, client = another(limits=_small())
    assert _statuses(client, CONFIGURATIONS, 5) == [200] * 5
    simulator.clock.advance(10)
    assert _statuses(client, CONFIGURATIONS, 6) == [200] * 5 + [429]
    simulator.clock.advance(10.5)
    assert _statuses(client, CONFIGURATIONS, 5) == [200] * 4 + [429]


def test_s6_refused_calls_count_as_well(another):
    simulator, _, client = another(limits=_small())
    assert _statuses(client, CONFIGURATIONS, 20)[10:] == [429] * 10
    simulator.clock.advance(19)
    assert client.get(CONFIGURATIONS).status_code == 429
    simulator.clock.advance(20.1)
    assert client.get(CONFIGURATIONS).status_code == 200


def test_s6_waiting_as_told_is_enough(another):
    simulator, _, client = another(limits=_small())
    answer = next(answer for _ in range(20) if (answer := client.get(CONFIGURATIONS)).status_code == 429)
    simulator.clock.advance(float(answer.headers["Retry-After"]))
    assert client.get(CONFIGURATIONS).status_code == 200


def test_s6_settings_catalog_and_classic_profiles_share_one_budget(another):
    _, _, client = another(limits=_small())
    assert _statuses(client, CONFIGURATIONS, 8) + _statuses(client, POLICIES, 3) == [200] * 10 + [429]


def test_s6_writes_have_a_smaller_budget_of_their_own(another):
    _, _, client = another(limits=_small())
    body = {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "P"}
    assert [client.post(CONFIGURATIONS, json=body).status_code for _ in range(3)] == [201, 201, 429]
    assert client.get(CONFIGURATIONS).status_code == 200


def test_s6_a_second_application_eats_from_the_tenants_budget(another):
    _, tenant, client = another(limits=_small())
    tenant.register(Application("22222222-0000-0000-0000-000000000000", [Secret("other")]))
    assert _statuses(client, CONFIGURATIONS, 10) == [200] * 10
    client.sign_in(tenant, client_id="22222222-0000-0000-0000-000000000000", client_secret="other")
    assert _statuses(client, CONFIGURATIONS, 6) == [200] * 5 + [429]


def test_s6_other_tenants_are_not_affected(another):
    simulator, _, client = another(limits=_small())
    assert _statuses(client, CONFIGURATIONS, 11)[-1] == 429
    client.sign_in(simulator.add_tenant("Fabrikam"))
    assert client.get(CONFIGURATIONS).status_code == 200


def test_s6_conditional_access_allows_one_call_a_second_and_does_not_say_when(another):
    simulator, _, client = another(limits=LimitRules())
    assert client.get(ACCESS).status_code == 200
    refused = client.get(ACCESS)
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)
    simulator.clock.advance(2.1)
    assert client.get(ACCESS).status_code == 200


@pytest.mark.parametrize("style", ["integer", "decimal", "date", "none"])
def test_s6_retry_after_is_written_as_an_integer_a_decimal_a_date_or_not_at_all(another, style):
    simulator, _, client = another(limits=_small(retry_after=style))
    refused = next(answer for _ in range(20) if (answer := client.get(CONFIGURATIONS)).status_code == 429)
    told = refused.headers.get("Retry-After")
    if style == "none":
        assert told is None
    elif style == "date":
        assert parsedate_to_datetime(told) > simulator.clock.now()
    else:
        assert 0 < float(told) <= 21
        assert ("." in told) == (style == "decimal")


def test_s6_intunes_429_hides_its_message_in_json_and_the_directorys_does_not(another):
    limits = _small(identity=ServiceLimits(any_per_app=Window(2, 10)))
    _, _, client = another(limits=limits)
    intune = next(answer for _ in range(20) if (answer := client.get(CONFIGURATIONS)).status_code == 429).json()
    directory = next(answer for _ in range(20) if (answer := client.get(GROUPS)).status_code == 429)
    assert json.loads(intune["error"]["message"])["_version"] == 3
    assert intune["error"]["code"] == directory.json()["error"]["code"] == "TooManyRequests"
    assert directory.json()["error"]["innerError"]["code"] == "429"
    assert directory.headers["x-ms-throttle-scope"].startswith("Tenant_Application/Read")


def test_s6_calls_to_the_directory_cost_resource_units_and_report_the_use(another):
    _, _, client = another(limits=LimitRules(identity=ServiceLimits(any_per_app=Window(10, 10))))
    group = client.made(
        GROUPS, {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    )
    members = client.get(f"{GROUPS}/{group['id']}/members")
    assert members.headers["x-ms-resource-unit"] == "3"
    transitive = client.get(f"{GROUPS}/{group['id']}/transitiveMembers")
    assert transitive.headers["x-ms-resource-unit"] == "5"
    assert float(transitive.headers["x-ms-throttle-limit-percentage"]) == 0.9


def test_s6_every_request_of_a_batch_counts(another):
    _, _, client = another(limits=_small())
    requests = [{"id": str(n), "method": "GET", "url": "/deviceManagement/deviceConfigurations"} for n in range(8)]
    assert {
        each["status"] for each in client.post("/beta/$batch", json={"requests": requests}).json()["responses"]
    } == {200}
    assert _statuses(client, CONFIGURATIONS, 3) == [200, 200, 429]


def test_s6_without_limits_nothing_is_throttled(another):
    _, _, client = another()
    assert set(_statuses(client, ACCESS, 30)) == {200}
