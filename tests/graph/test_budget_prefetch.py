"""A worker asks the shared budget for all its threads, seldom, and books little in vain (GRAPH C4)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tenantpilot.graph.client.budget import Demand, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.budget_prefetch import PrefetchingBudget
from tests.graph.conftest import ObedientClock
from tests.graph.test_budget import greedy, most_in_any

INTUNE, CONDITIONAL = Service.INTUNE, Service.CONDITIONAL_ACCESS


class Counting:
    """A budget that counts how often it is asked."""

    def __init__(self, inner: TenantBudget) -> None:
        self.inner, self.asked = inner, 0

    def take(self, service: Service, demand: Demand) -> float:
        self.asked += 1
        return self.inner.take(service, demand)

    def answered(self, service: Service) -> None:
        self.inner.answered(service)

    def hold(self, service: Service, seconds: float) -> None:
        self.inner.hold(service, seconds)


def test_a_worker_with_little_to_do_books_nothing_in_vain():
    clock = ObedientClock()
    store = MemoryStore(clock)
    seldom = PrefetchingBudget(TenantBudget(store, "t"), clock=clock)
    for _second in range(15):
        assert seldom.take(INTUNE, Demand()) == 0.0
        clock.sleep(1.0)
    rest = TenantBudget(store, "t")
    assert rest.take(INTUNE, Demand(950 - 15)) == 0.0


def test_batches_use_up_the_allowance_to_the_last_request():
    budget = PrefetchingBudget(TenantBudget(MemoryStore(ObedientClock()), "t"), clock=ObedientClock())
    assert [budget.take(INTUNE, Demand(19)) for _batch in range(50)] == [0.0] * 50
    assert budget.take(INTUNE, Demand()) > 0.0


def test_a_stock_asks_the_shared_budget_a_tenth_as_often_and_keeps_the_limit():
    clock = ObedientClock()
    store = MemoryStore(clock)
    counting = Counting(TenantBudget(store, "t"))
    granted = greedy(PrefetchingBudget(counting, clock=clock), clock, INTUNE, 100.0, Demand())
    assert counting.asked < len(granted) / 5
    assert most_in_any(20.0, [(moment, 1) for moment in granted]) <= 1000
    assert len(granted) / 100.0 >= 0.8 * 50


def test_a_stock_is_forgotten_when_the_tenant_is_throttled_and_when_it_is_old():
    clock = ObedientClock()
    counting = Counting(TenantBudget(MemoryStore(clock), "t"))
    budget = PrefetchingBudget(counting, clock=clock)
    assert budget.take(INTUNE, Demand()) == 0.0
    budget.hold(INTUNE, 5.0)
    assert budget.take(INTUNE, Demand()) == pytest.approx(5.0)
    clock.sleep(6.0)
    assert budget.take(INTUNE, Demand()) == 0.0
    clock.sleep(1.5)
    asked = counting.asked
    budget.take(INTUNE, Demand())
    assert counting.asked == asked + 1


def test_what_was_booked_ahead_of_any_service_is_forgotten_when_one_is_throttled():
    clock = ObedientClock()
    budget = PrefetchingBudget(TenantBudget(MemoryStore(clock), "t"), clock=clock)
    assert [budget.take(INTUNE, Demand()) for _read in range(3)] == [0.0] * 3
    budget.hold(Service.DIRECTORY, 5.0)
    assert budget.take(INTUNE, Demand()) == pytest.approx(5.0)


def test_writes_and_paced_services_are_never_booked_ahead():
    counting = Counting(TenantBudget(MemoryStore(ObedientClock()), "t"))
    budget = PrefetchingBudget(counting, clock=ObedientClock())
    assert budget.take(CONDITIONAL, Demand()) == 0.0
    assert budget.take(CONDITIONAL, Demand()) > 0.0
    assert [budget.take(INTUNE, Demand(1, 1)) for _ in range(95)] == [0.0] * 95
    assert budget.take(INTUNE, Demand(1, 1)) > 0.0


def test_what_was_refused_to_one_thread_no_other_asks_for_before_its_time():
    clock = ObedientClock()
    counting = Counting(TenantBudget(MemoryStore(clock), "t"))
    budget = PrefetchingBudget(counting, clock=clock)
    assert budget.take(INTUNE, Demand(950)) == 0.0
    told, asked = budget.take(INTUNE, Demand(20)), counting.asked
    clock.sleep(1.0)
    assert [budget.take(INTUNE, Demand(20)) for _thread in range(11)] == [pytest.approx(told - 1.0)] * 11
    assert counting.asked == asked
    clock.sleep(told - 1.0)
    assert budget.take(INTUNE, Demand(20)) == 0.0


def test_who_wants_less_than_was_refused_asks_for_itself():
    budget = PrefetchingBudget(TenantBudget(MemoryStore(ObedientClock()), "t"), clock=ObedientClock())
    assert budget.take(INTUNE, Demand(940)) == 0.0
    assert budget.take(INTUNE, Demand(20)) > 0.0
    assert budget.take(INTUNE, Demand(10)) == 0.0


def test_threads_that_ask_at_once_are_refused_by_one_question():
    counting = Counting(TenantBudget(MemoryStore(ObedientClock()), "t"))
    budget = PrefetchingBudget(counting, clock=ObedientClock())
    assert budget.take(INTUNE, Demand(950)) == 0.0
    together = threading.Barrier(12)

    def ask(_thread):
        together.wait(20)
        return budget.take(INTUNE, Demand(20))

    with ThreadPoolExecutor(12) as pool:
        waits = list(pool.map(ask, range(12)))
    assert min(waits) > 0.0
    assert counting.asked == 2


def test_the_answer_to_a_paced_request_makes_room_before_the_time_that_was_told():
    clock = ObedientClock()
    budget = PrefetchingBudget(TenantBudget(MemoryStore(clock), "t"), clock=clock)
    assert budget.take(CONDITIONAL, Demand()) == 0.0
    assert budget.take(CONDITIONAL, Demand()) == pytest.approx(1.0)
    budget.answered(CONDITIONAL)
    clock.sleep(0.5)
    assert 0.5 < budget.take(CONDITIONAL, Demand()) < 0.6
