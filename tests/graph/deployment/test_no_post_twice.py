"""Nothing is created twice by several workers, although Graph answers 504 after applying (GRAPH C7, S7)."""

from collections import Counter
from collections.abc import Iterator

import pytest
from intunesim import Fault, LimitRules, ServiceLimits, Simulator, Window, serving

from tenantpilot.graph.contracts import registry
from tests.graph.deployment.kit import WORKERS, Deployment, enrolled
from tests.graph.deployment.worker import CREATED

HOME = registry.get(CREATED).path
FEW_WRITES = ServiceLimits(Window(400, 4), Window(800, 4), Window(20, 4), Window(40, 4))
FEW_WRITES_SETTING = "intune=400/20/4"
APPLIED_THEN_FAILED = Fault("status_after", method="POST", path=HOME, status=504, every=3)


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    made = Simulator(limits=request.param)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("simulator", "setting", "each"),
    [
        pytest.param(LimitRules(configuration=FEW_WRITES), FEW_WRITES_SETTING, 6, id="small"),
        pytest.param(LimitRules(), "", 100, id="real", marks=[pytest.mark.deep, pytest.mark.timeout(1_800)]),
    ],
    indirect=["simulator"],
)
def test_what_four_workers_create_stands_there_once(own_database, simulator, setting, each):
    [directory] = enrolled(simulator, ["Contoso"], policies=20)
    simulator.faults.add(APPLIED_THEN_FAILED)
    wanted = [[f"Policy {worker}-{number}" for number in range(each)] for worker in range(WORKERS)]
    with serving(simulator) as running:
        deployment = Deployment(own_database, running.url, setting)
        told = deployment.work(*([["create", "contoso", names]] for names in wanted))
    posts = simulator.log.find(method="POST", path=HOME, tenant=directory.id)
    made = Counter(entity.body["displayName"] for entity in directory.store.entities(HOME.strip("/")))
    assert {name: made[name] for names in wanted for name in names} == {name: 1 for names in wanted for name in names}
    assert len(posts) == WORKERS * each
    assert Counter(post.status for post in posts)[504] == sum(one["found"] for [one] in told) > WORKERS
    assert 429 not in {entry.status for entry in simulator.log}
