"""Reading tenants of the simulator under its limits: approached, and not crossed."""

from datetime import datetime

from intunesim.clock import VirtualClock
from intunesim.limits import LimitRules, ServiceLimits, Window
from intunesim.server import serving
from intunesim.simulator import Simulator

from tenantpilot.graph.client.budget import Allowance, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.read.full import read_type_whole
from tenantpilot.graph.read.listing import read_types
from tests.graph.simulated import connection_to_tenant, filled

CATALOG = registry.get("settingsCatalog")
SMALL_POOL = ServiceLimits(Window(20, 1), Window(40, 1), Window(10, 1), Window(20, 1))
SMALL = LimitRules(
    configuration=SMALL_POOL,
    apps=SMALL_POOL,
    enrollment=SMALL_POOL,
    rbac=SMALL_POOL,
    devices=SMALL_POOL,
    conditional_access=ServiceLimits(any_per_tenant=Window(10, 1), tells_when=False),
)
SMALL_ALLOWANCES = {
    **dict.fromkeys(Service, Allowance(20, 10, 1.0)),
    Service.CONDITIONAL_ACCESS: Allowance(10, 10, 1.0),
    Service.DIRECTORY: Allowance(1000, 100, 1.0),
}


class ClockOfSimulator:
    """The client waits in the simulator's time, so that no machine is too slow for the test."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def monotonic(self) -> float:
        return self._clock.now().timestamp()

    def now(self) -> datetime:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        self._clock.advance(max(seconds, 0.001))  # it counts in microseconds, and less would be nothing


def test_the_limit_is_approached_and_not_crossed():
    """GRAPH S6, with one request after another: what is booked is what arrives."""
    virtual = VirtualClock()
    simulator = Simulator(limits=SMALL, clock=virtual)
    tenant = filled(simulator, policies=150)
    clock = ClockOfSimulator(virtual)
    facts = {"budget": TenantBudget(MemoryStore(clock), tenant.id, allowances=SMALL_ALLOWANCES), "clock": clock}
    with serving(simulator) as running:
        began = virtual.now()
        with GraphClient(connection_to_tenant(running, tenant), concurrency=1, **facts) as client:
            reads = [read for contract in registry.of_configuration() for read in read_type_whole(client, contract)]
    seconds = (virtual.now() - began).total_seconds()
    asked = len([entry for entry in simulator.log if entry.path.startswith("/device") and entry.status == 200])
    assert [read.error for read in reads if read.error] == []
    assert simulator.log.find(status=429) == []
    assert asked / seconds >= 0.75 * 20  # beside the types of other services


def test_it_completes_while_another_application_eats_half_of_the_limit():
    simulator = Simulator(limits=SMALL)
    tenant = filled(simulator, policies=30)
    greedy = TenantBudget(MemoryStore(), tenant.id, allowances={service: Allowance(60, 20, 1.0) for service in Service})
    with serving(simulator) as running, GraphClient(connection_to_tenant(running, tenant), budget=greedy) as client:
        reads = list(read_types(client, registry.chosen(["settingsCatalog", "deviceConfiguration", "mobileApp"])))
        rest = list(read_type_whole(client, CATALOG))
    assert [read.error for read in (*reads, *rest) if read.error] == []
