"""A clock that goes back makes nobody wait for as long as it went back, and lets nobody cross a limit."""

import pytest

from tenantpilot.graph.client.budget import ASK_AGAIN_SECONDS, Demand, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.budget_prefetch import PrefetchingBudget
from tests.graph.conftest import ObedientClock

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
JUMPS = pytest.mark.parametrize("back", [MINUTE, 2 * HOUR, 400 * DAY])
SERVICES = pytest.mark.parametrize("service", list(Service))


class WallClock(ObedientClock):
    """The store's, which may be set back; the client's own sense of time does not jump."""

    off = 0.0

    def monotonic(self) -> float:
        return 1_800_000_000.0 + super().monotonic() - self.off


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def budget(clock: WallClock) -> TenantBudget:
    return TenantBudget(MemoryStore(clock), "contoso")


def booked(budget: TenantBudget, clock: WallClock, service: Service, within: float) -> float:
    """The seconds until a request may be sent."""
    waited = 0.0
    while wait := budget.take(service, Demand()):
        waited += wait
        assert waited <= within, waited
        clock.sleep(wait)
    return waited


@JUMPS
@SERVICES
def test_a_jump_after_a_booking_costs_no_more_than_a_window(budget, clock, service, back):
    for _request in range(3):
        booked(budget, clock, service, 2.0)
        budget.answered(service)
    clock.off += back
    booked(budget, clock, service, 2.0)


@JUMPS
@SERVICES
def test_a_jump_leaves_of_a_quiet_time_what_was_left_of_it(budget, clock, service, back):
    booked(budget, clock, service, 0.0)
    budget.hold(service, 30.0)
    clock.sleep(10.0)
    clock.off += back
    assert 5.0 < booked(budget, clock, service, 45.0) < 45.0


@JUMPS
def test_a_jump_gives_no_room_that_was_not_there(budget, clock, back):
    full = 0
    while not budget.take(Service.INTUNE, Demand()):
        full += 1
    clock.off += back
    assert budget.take(Service.INTUNE, Demand()) > 0.0
    assert full > 10


@JUMPS
def test_a_service_that_is_quiet_with_another_is_not_quiet_for_longer(budget, clock, back):
    budget.hold(Service.DIRECTORY, 30.0)
    clock.off += back
    booked(budget, clock, Service.INTUNE, 45.0)


@JUMPS
def test_who_waits_in_a_worker_asks_again_within_seconds(clock, back):
    stocked = PrefetchingBudget(TenantBudget(MemoryStore(clock), "contoso"), clock=ObedientClock())
    own = stocked._clock
    stocked.hold(Service.INTUNE, 10.0)
    assert stocked.take(Service.INTUNE, Demand()) == pytest.approx(10.0)
    clock.off += back
    clock.sleep(11.0)
    own.sleep(ASK_AGAIN_SECONDS)  # type: ignore[attr-defined]
    assert stocked.take(Service.INTUNE, Demand()) <= 10.0
