"""Worker processes approach a tenant's limits at Graph together and do not cross them (GRAPH C4, OPS-34).

Time is real, and so are the limits of the deep tests; what was asked is counted in the simulator's log.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from statistics import mean

import pytest
from intunesim import LimitRules, ServiceLimits, Simulator, Window, serving
from intunesim.state.tenant import Tenant as Directory

from tenantpilot.graph.client.budget import Service
from tenantpilot.graph.client.services import service_of
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.services import start_sync
from tenantpilot.tenancy.models import Tenant
from tests.graph.deployment.kit import (
    WORKERS,
    Deployment,
    OtherTool,
    answers,
    asked,
    enrolled,
    lasted,
    share_used,
)

TENANTS = (
    "Contoso", "Fabrikam", "Adatum", "Litware", "Proseware", "Tailspin", "Wingtip", "Woodgrove", "Relecloud", "Lucerne",
)  # fmt: skip
SLUGS = [name.lower() for name in TENANTS]
POLICIES = 500
READS = 6
ACCESS = [one.key for one in registry.of_configuration() if service_of(one.collection) is Service.CONDITIONAL_ACCESS]
INTUNE_ALONE = [one.key for one in registry.of_configuration() if service_of(one.collection) is Service.INTUNE]
FILTERS, LOCATIONS = "/deviceManagement/assignmentFilters", "/identity/conditionalAccess/namedLocations"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator(limits=LimitRules())
    yield made
    made.close()


@pytest.mark.deep
@pytest.mark.timeout(3_600)
def test_four_workers_sync_ten_tenants_of_500_policies_and_read_them_whole_without_one_429(own_database, simulator):
    """Read so often that each tenant has work for four windows: with fewer, the mean says more of how the first and
    the last of them were filled than of the rate between.
    """
    directories = enrolled(simulator, TENANTS, policies=POLICIES)
    with serving(simulator) as running:
        deployment = Deployment(own_database, running.url)
        assert synced(deployment) == ["succeeded"] * len(TENANTS)
        assert [refused(simulator, directory) for directory in directories] == [[]] * len(TENANTS)
        simulator.log.clear()
        # Two workers for each tenant, so that it is the shared budget that keeps them apart.
        shares = [[["whole", slug, READS] for slug in SLUGS[number // 2 :: 2]] for number in range(WORKERS)]
        read = list(chain(*deployment.work(*shares)))
    assert all(one["failed"] == 0 and one["read"] > READS * POLICIES for one in read)
    assert [refused(simulator, directory) for directory in directories] == [[]] * len(TENANTS)
    used = [share_of_intune(simulator, directory) for directory in directories]
    shares = f"{min(used):.1%} to {max(used):.1%}, {mean(used):.1%} on average"
    print(f"{len(simulator.log)} requests; of Intune's limit used while there was work: {shares}")
    assert min(used) >= 0.8


def test_four_workers_on_one_tenant_keep_to_one_rate_together(own_database):
    """Each for itself they would ask 80 times within a second or two, where 60 in two seconds are allowed."""
    simulator, [directory] = limited(Window(60, 2), Window(120, 2))
    with serving(simulator) as running:
        # Half of the limit, so that a slow machine is no reason to cross it.
        deployment = Deployment(own_database, running.url, "intune=60/30/2", percent=50)
        read = deployment.work(*[[["whole", "contoso", 1, ["settingsCatalog"]]]] * WORKERS)
    assert len({one["read"] for [one] in read}) == 1
    assert [one["failed"] for [one] in read] == [0] * WORKERS
    assert answers(asked(simulator, directory)[Service.INTUNE]) == {200: 80}


def test_workers_complete_where_another_application_eats_half_of_the_tenants_limit(own_database):
    simulator, [directory] = limited(Window(40, 2), Window(40, 2))
    with serving(simulator) as running, OtherTool(directory, FILTERS, each_second=10).at_work(running.url):
        deployment = Deployment(own_database, running.url, "intune=40/20/2")
        read = deployment.work(*[[["whole", "contoso", 1, ["settingsCatalog"]]]] * WORKERS)
    found = answers(asked(simulator, directory)[Service.INTUNE])
    assert [one["failed"] for [one] in read] == [0] * WORKERS
    assert found[200] == 80
    assert found[429] < found[200]


def limited(each_application: Window, all_together: Window) -> tuple[Simulator, list[Directory]]:
    """Contoso under limits that are met within seconds."""
    limits = ServiceLimits(each_application, all_together)
    simulator = Simulator(limits=LimitRules(configuration=limits))
    return simulator, enrolled(simulator, ["Contoso"], policies=100)


@pytest.mark.deep
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("whose", ["theirs", "ours"])
def test_with_half_of_a_tenants_limit_eaten_by_others_everything_is_read(own_database, simulator, whose):
    """By another application in the tenant, which also asks Conditional Access; or in our own application's name."""
    [directory] = enrolled(simulator, ["Contoso"], policies=POLICIES)
    ours = directory.application.client_id
    theirs = OtherTool(directory, FILTERS, each_second=50.0)
    eater = theirs if whose == "theirs" else replace(theirs, each_second=25.0, client_id=ours)
    with (
        serving(simulator) as running,
        eater.at_work(running.url),
        OtherTool(directory, LOCATIONS, each_second=0.5).at_work(running.url),
    ):
        # Conditional Access tells no Retry-After: each refusal there costs ten seconds and more.
        share = [["whole", "contoso", 2, INTUNE_ALONE], ["whole", "contoso", 1, ACCESS]]
        read = Deployment(own_database, running.url).work(*[share] * WORKERS)
    assert [one["failed"] for one in chain(*read)] == [0] * 2 * WORKERS
    for service, entries in sorted(asked(simulator, directory).items()):
        print(f"{whose}: {service} {len(entries)} requests, of them answered {dict(answers(entries))}")
    entries = asked(simulator, directory)[Service.INTUNE]
    used = share_used([one for one in entries if one.status == 200], allowed=1000, seconds=20.0)
    print(f"{whose}: {used:.1%} of Intune's limit used in {lasted(entries):.0f} s; others: {eater.asked(simulator)}")
    assert answers(entries)[429] < len(entries) / 10
    assert used >= (0.35 if whose == "ours" else 0.8)


def synced(deployment: Deployment) -> list[str]:
    """Sync the inventory of every tenant; the outcomes."""
    now = datetime.now(UTC)
    runs = [start_sync(tenant=one, initiator=None, now=now).run.pk for one in Tenant.everywhere.order_by("pk")]
    shares = [[["sync", run] for run in runs[number::WORKERS]] for number in range(WORKERS)]
    return list(chain(*deployment.work(*shares)))


def refused(simulator: Simulator, directory: Directory) -> list[str]:
    """The services that refused, once for each time."""
    by_service = asked(simulator, directory)
    return [service for service, entries in by_service.items() for one in entries if one.status == 429]


def share_of_intune(simulator: Simulator, directory: Directory) -> float:
    return share_used(asked(simulator, directory)[Service.INTUNE], allowed=1000, seconds=20.0)
