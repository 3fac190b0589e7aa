"""The budget approaches the limits of Graph and never crosses them (GRAPH C4, S6)."""

import json
import threading
from collections import Counter
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantpilot.graph.client.budget import (
    ALLOWANCES,
    Allowance,
    BudgetState,
    Demand,
    MemoryStore,
    Service,
    TenantBudget,
    answered,
    as_data,
    book,
    budget_of_process,
    from_data,
    hold,
)
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.services import service_of
from tenantpilot.graph.contracts import registry
from tests.graph.conftest import ObedientClock, connection_to
from tests.graph.scripted import Reply, error, page

INTUNE = Service.INTUNE
CONDITIONAL = Service.CONDITIONAL_ACCESS


def most_in_any(seconds: float, booked: list[tuple[float, int]]) -> int:
    """The largest sum in any half-open window of so many seconds."""
    return max((sum(n for moment, n in booked if start <= moment < start + seconds) for start, _n in booked), default=0)


steps = st.lists(
    st.tuples(st.floats(0, 5), st.integers(1, 6), st.booleans()), min_size=1, max_size=80
)  # pause, requests, write


@settings(max_examples=200, deadline=None)
@given(steps)
def test_no_window_ever_holds_more_than_is_allowed(steps):
    allowance = Allowance(requests=20, writes=6, seconds=4.0)
    state, now = BudgetState(), 0.0
    requests: list[tuple[float, int]] = []
    writes: list[tuple[float, int]] = []
    for pause, count, is_write in steps:
        now += pause
        demand = Demand(count, count if is_write else 0)
        state, wait = book(state, demand, allowance, now=now)
        if wait == 0.0:
            requests.append((now, count))
            writes.append((now, demand.writes))
    assert most_in_any(allowance.seconds, requests) <= allowance.requests
    assert most_in_any(allowance.seconds, writes) <= allowance.writes


@given(steps)
@settings(max_examples=100, deadline=None)
def test_waiting_as_told_always_leads_to_a_booking(steps):
    allowance = Allowance(requests=20, writes=6, seconds=4.0)
    state, now = BudgetState(), 0.0
    for pause, count, is_write in steps:
        now += pause
        demand = Demand(count, count if is_write else 0)
        state, wait = book(state, demand, allowance, now=now)
        now += wait
        state, again = book(state, demand, allowance, now=now)
        assert wait == 0.0 or again == 0.0


def greedy(budget: TenantBudget, clock: ObedientClock, service: Service, seconds: float, demand: Demand) -> list[float]:
    """Ask for all one can get; answers the times of what was granted."""
    end, granted = clock.monotonic() + seconds, []
    while clock.monotonic() < end:
        if wait := budget.take(service, demand):
            clock.sleep(wait)
        else:
            granted.append(clock.monotonic())
            clock.sleep(0.008)
            budget.answered(service)
    return granted


@pytest.mark.parametrize(
    ("service", "demand", "allowed_each_second"),
    [(INTUNE, Demand(1), 50.0), (INTUNE, Demand(1, 1), 5.0), (CONDITIONAL, Demand(1), 1.0)],
)
def test_when_there_is_work_at_least_four_fifths_of_the_limit_are_used(service, demand, allowed_each_second):
    clock = ObedientClock()
    granted = greedy(TenantBudget(MemoryStore(clock), "t"), clock, service, 110.0, demand)
    assert len(granted) / 110.0 >= 0.8 * allowed_each_second
    limit = ALLOWANCES[service]
    most = limit.writes if demand.writes else limit.requests
    assert most_in_any(limit.seconds, [(moment, 1) for moment in granted]) <= most


def test_workers_that_share_a_store_share_the_limit():
    clock = ObedientClock()
    store = MemoryStore(clock)
    budgets = [TenantBudget(store, "contoso") for _worker in range(4)]
    granted = Counter()
    for number in range(4000):
        granted[number % 4] += budgets[number % 4].take(INTUNE, Demand()) == 0.0
    assert sum(granted.values()) == int(1000 * 0.95)
    assert TenantBudget(store, "fabrikam").take(INTUNE, Demand()) == 0.0


def test_many_threads_book_no_more_than_there_is():
    store, granted = MemoryStore(ObedientClock()), []

    def ask():
        budget = TenantBudget(store, "contoso")
        granted.append(sum(budget.take(INTUNE, Demand()) == 0.0 for _ in range(400)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 950


def test_a_service_that_was_throttled_is_quiet_and_asks_for_less_afterwards():
    clock = ObedientClock()
    budget = TenantBudget(MemoryStore(clock), "t")
    budget.hold(INTUNE, 30.0)
    assert budget.take(INTUNE, Demand()) == pytest.approx(30.0)
    clock.sleep(30.0)
    granted = greedy(budget, clock, INTUNE, 19.9, Demand())
    assert 0.8 * 665 <= len(granted) <= 665


@pytest.mark.parametrize("demand", [Demand(1), Demand(20)])
def test_where_others_ask_too_requests_come_evenly_so_that_few_are_under_way_when_one_is_refused(demand):
    clock = ObedientClock()
    budget = TenantBudget(MemoryStore(clock), "t")
    budget.hold(INTUNE, 0.0)
    granted = greedy(budget, clock, INTUNE, 19.9, demand)
    sizes = [(moment, demand.requests) for moment in granted]
    assert most_in_any(0.5, sizes) <= 40
    assert most_in_any(20.0, sizes) <= 665
    assert sum(size for _moment, size in sizes) >= 0.8 * 665


@pytest.mark.parametrize("throttled", [INTUNE, Service.INTUNE_DEVICES, Service.DIRECTORY])
def test_where_one_service_is_throttled_the_tenant_waits_as_a_whole_while_others_go_on(throttled):
    """What is asked meanwhile counts too (GRAPH C4); only the service that refused is asked for less afterwards."""
    clock = ObedientClock()
    store = MemoryStore(clock)
    budget = TenantBudget(store, "contoso")
    budget.hold(throttled, 30.0)
    assert {service: budget.take(service, Demand()) for service in Service} == dict.fromkeys(Service, 30.0)
    assert {TenantBudget(store, "fabrikam").take(service, Demand()) for service in Service} == {0.0}
    clock.sleep(30.0)
    _first, second = budget.take(INTUNE, Demand(400)), budget.take(INTUNE, Demand(400))
    assert (second > 0.0) is (throttled is INTUNE)


def test_conditional_access_that_refuses_by_the_second_is_no_reason_to_leave_the_rest_alone():
    budget = TenantBudget(MemoryStore(ObedientClock()), "contoso")
    budget.hold(CONDITIONAL, 3.0)
    assert budget.take(CONDITIONAL, Demand()) == pytest.approx(3.0)
    assert {budget.take(service, Demand()) for service in Service if service is not CONDITIONAL} == {0.0}


def test_many_answers_429_of_one_burst_are_one_lesson():
    state = BudgetState()
    for _answer in range(12):
        state = hold(state, 10.0, now=1000.0)
    assert state.caution == pytest.approx(0.7)


def test_caution_goes_back_while_graph_is_content():
    allowance = Allowance(requests=100, writes=10, seconds=20.0)
    state, now = hold(BudgetState(), 10.0, now=1000.0), 1010.0
    for _window in range(4):
        now += 20.0
        state, _wait = book(state, Demand(), allowance, now=now)
    assert state.caution == pytest.approx(1.0)


def test_caution_never_starves_a_tenant():
    allowance = Allowance(requests=1, writes=1, seconds=1.0)
    state, now = BudgetState(), 1000.0
    for _time in range(50):
        state = hold(state, 1.0, now=now)
        now += 1.1
    state, wait = book(state, Demand(), allowance, now=now + 1)
    assert wait == 0.0


def test_the_pace_of_a_request_a_second_runs_from_the_answer_however_late_it_reached_graph():
    clock = ObedientClock()
    store = MemoryStore(clock)
    one, other = TenantBudget(store, "t"), TenantBudget(store, "t")
    assert one.take(CONDITIONAL, Demand()) == 0.0
    clock.sleep(3.0)
    assert other.take(CONDITIONAL, Demand()) == pytest.approx(1.0)
    one.answered(CONDITIONAL)
    assert 1.0 < other.take(CONDITIONAL, Demand()) < 1.1
    clock.sleep(1.1)
    assert other.take(CONDITIONAL, Demand()) == 0.0


def test_a_paced_request_whose_worker_died_does_not_block_the_others_for_good():
    clock = ObedientClock()
    budget = TenantBudget(MemoryStore(clock), "t")
    budget.take(CONDITIONAL, Demand())
    waited = 0.0
    while wait := budget.take(CONDITIONAL, Demand()):
        clock.sleep(wait)
        waited += wait
    assert 9.0 < waited < 12.0


def test_where_others_ask_too_one_request_a_second_becomes_one_in_a_longer_time():
    allowance = ALLOWANCES[CONDITIONAL]
    state = hold(hold(BudgetState(), 1.0, now=1000.0), 1.0, now=1002.0)
    state, _booked = book(state, Demand(), allowance, now=1004.0)
    _state, wait = book(answered(state, now=1004.0), Demand(), allowance, now=1004.0)
    assert wait == pytest.approx(1 / 0.49, rel=0.1)


def test_a_demand_larger_than_the_allowance_goes_alone():
    allowance = Allowance(requests=5, writes=5, seconds=1.0)
    state, wait = book(BudgetState(), Demand(20), allowance, now=0.0)
    assert wait == 0.0
    assert book(state, Demand(1), allowance, now=0.5)[1] > 0


def test_the_state_survives_a_store_that_keeps_json():
    state, _wait = book(hold(BudgetState(), 0.0, now=5.0), Demand(3, 1), ALLOWANCES[INTUNE], now=6.0)
    assert from_data(json.loads(json.dumps(as_data(state)))) == state
    assert from_data({}) == BudgetState()


@pytest.mark.parametrize(
    ("key", "service"),
    [
        ("settingsCatalog", INTUNE),
        ("mobileApp", Service.INTUNE_APPS),
        ("appProtection", Service.INTUNE_APPS),
        ("enrollmentStatusPage", Service.INTUNE_ENROLLMENT),
        ("roleScopeTag", Service.INTUNE_RBAC),
        ("powershellScript", Service.INTUNE_DEVICES),
        ("conditionalAccessPolicy", CONDITIONAL),
        ("namedLocation", CONDITIONAL),
        ("group", Service.DIRECTORY),
        ("deviceManagementSettings", INTUNE),
    ],
)
def test_every_path_counts_at_its_service(key, service):
    contract = registry.get(key)
    assert service_of(contract.collection) is service
    assert service_of(contract.address("x", below="assign")) is service


def test_a_client_spreads_its_requests_over_the_windows(graph, clock):
    """Ten requests at three in two seconds take more than four seconds of waiting, and none is refused."""
    path = "/beta/deviceManagement/intents"
    graph.on(path, page())
    allowances = {INTUNE: Allowance(requests=3, writes=1, seconds=2.0)}
    budget = TenantBudget(MemoryStore(clock), "t", allowances=allowances, share=1.0)
    with GraphClient(connection_to(graph), clock=clock, budget=budget) as client:
        for _ in range(10):
            client.get(path)
    assert 6.0 <= clock.total <= 9.0


def test_conditional_access_is_read_one_by_one_a_second(graph, client, clock):
    contract = registry.get("conditionalAccessPolicy")
    for number in range(4):
        graph.on(contract.address(str(number)), page())
        client.get(contract.address(str(number)))
    assert 3.0 <= clock.total <= 5.0


def test_clients_that_share_a_budget_share_the_silence(graph, clock):
    path = "/beta/deviceManagement/intents"
    graph.on(path, Reply(429, error("TooManyRequests", "x"), {"retry-after": "9"}), page())
    store = MemoryStore(clock)
    with (
        GraphClient(connection_to(graph), clock=clock, budget=TenantBudget(store, "t")) as one,
        GraphClient(connection_to(graph), clock=clock, budget=TenantBudget(store, "t")) as other,
    ):
        one.get(path)
        waited = clock.total
        other.get(path)
    assert 9.0 <= waited == clock.total


def test_clients_of_one_process_share_budget_and_tokens_by_themselves(graph):
    """A second run of the same worker must not begin as if nothing had been asked."""
    path = "/beta/deviceManagement/intents"
    graph.on(path, page())
    tenant = str(uuid4())
    graph.on(f"/{tenant}/oauth2/v2.0/token", graph._give_token)
    for _run in range(2):
        with GraphClient(connection_to(graph, entra_tenant_id=tenant)) as client:
            client.get(path)
    assert graph.sign_ins() == 1
    shared = budget_of_process(tenant)
    assert shared.take(INTUNE, Demand(949)) > 0.0
    assert shared.take(INTUNE, Demand(948)) == 0.0
