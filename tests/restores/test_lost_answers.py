"""Each request of each type is applied and answered with 504, once: nothing is doubled, and nothing is lost."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from intunesim import Fault, Plan
from intunesim.catalog import COLLECTIONS
from intunesim.generator.plan import WEIGHTS

from tenantpilot.graph.contracts import registry
from tenantpilot.restores.repeating import draft_of_failed
from tenantpilot.restores.states import ItemState
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import content_of
from tests.restores.conftest import delete, items_of
from tests.restores.drifting import drift, kept_of

pytestmark = pytest.mark.same_on_both

SERVICES = ("auditLogs/directoryAudits", "deviceManagement/auditEvents", "deviceManagement/configurationSettings")
"""Microsoft fills these itself."""
APP_IS_MISSING = {"mdmAppConfiguration": ("skipped", "unmapped")}
"""The tenant is generated without the app that this one names, so it waits for a decision."""
GOOD = {ItemState.UNCHANGED, ItemState.VERIFIED, ItemState.VERIFIED_WITH_DIFFERENCES}


@dataclass
class LostAnswers(Fault):
    """Lets each write be applied and loses its answer, once for each method and path."""

    requests: set[tuple[str, str]] = field(default_factory=set)
    is_new: bool = False

    def fits(self, *, method, path, **others):
        is_write = method != "GET" and "/oauth2/" not in path and not path.endswith(("$batch", "getByIds"))
        self.is_new = is_write and (method, path) not in self.requests
        self.requests |= {(method, path)} if is_write else set()
        return is_write

    def strike(self):
        self.fired += self.is_new
        return self.is_new


@pytest.fixture
def plan():
    return Plan(policies=len(WEIGHTS), seed=11, kinds=tuple(WEIGHTS))


@pytest.fixture
def lost(simulator):
    return simulator.faults.add(LostAnswers(kind="status_after", status=504))


@pytest.fixture
def one_of_each(captured, directory):
    """A version of one object of each type that Graph lets us create, and the object in the simulator."""
    chosen = {}
    versions = PolicyVersion.everywhere.filter(number=1, restorable="yes").order_by("pk")
    for version in versions.select_related("policy", "tenant", "payload"):
        contract, payload = registry.get(version.policy.type), content_of(version.payload)
        if contract.create and not contract.is_delivered(payload):
            chosen.setdefault(contract.key, (version, kept_of(directory, version.policy.graph_id, contract.key)))
    return chosen


def counted(directory):
    """Return the number of objects of each collection that a person fills."""
    return Counter({path: len(list(directory.store.entities(path))) for path in COLLECTIONS if path not in SERVICES})


def run_twice(restoring, versions):
    """Restore the versions, and what failed once more; answers the items by their types."""
    restore = restoring.preview(restoring.draft(*versions))
    restoring.execute(restore)
    items = {item.type: item for item in items_of(restore)}
    if any(item.state == ItemState.FAILED for item in items.values()):
        again = draft_of_failed(restoring.fresh(restore), source="Again", actor=restoring.person, now=restoring.now)
        again = restoring.preview(again)
        restoring.execute(again)
        items |= {item.type: item for item in items_of(again)}
    return items


def ends(items):
    return {item.type: (item.state, item.reason_code) for item in items.values() if item.state not in GOOD}


def test_504_after_each_request_leaves_one_object(one_of_each, directory, simulator, restoring, lost):
    """R12: every object is changed and restored, then deleted and restored: nothing is doubled, nothing is lost."""
    chance, expected = random.Random(3), counted(directory)
    changed = {key for key, (_version, kept) in one_of_each.items() if drift(directory, kept, chance, times=2)}
    items = run_twice(restoring, [one_of_each[key][0] for key in sorted(changed)])
    assert ends(items) == APP_IS_MISSING
    assert counted(directory) == expected
    assert lost.fired > len(items) > 30
    fired = lost.fired
    for _version, kept in one_of_each.values():
        delete(simulator, directory, kept.path, kept.graph_id)
    items = run_twice(restoring, [version for version, _kept in one_of_each.values()])
    assert ends(items) == APP_IS_MISSING
    expected["deviceAppManagement/mobileAppConfigurations"] -= 1
    assert counted(directory) == expected
    assert lost.fired - fired > len(items) > 30
