"""A restore whose worker dies at any request goes on with the next one, and doubles nothing."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from intunesim import Fault

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.operations.items.working import RunItems
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.operations import RESTORE_EXECUTE
from tenantpilot.restores.services import start_preview
from tests.restores.conftest import create, delete, edit, entity_of, items_of, version_of

CATALOG = "deviceManagement/configurationPolicies"
COMPLIANCE = "deviceManagement/deviceCompliancePolicies"


class WorkerDied(BaseException):
    """Like SIGKILL: nothing is caught, nothing is said."""


@pytest.fixture
def patient(monkeypatch):
    """Lets a restore be taken up often enough for this test."""
    limits = replace(RESTORE_EXECUTE.limits, attempts=60)
    monkeypatch.setitem(operation_types._types, RESTORE_EXECUTE.key, replace(RESTORE_EXECUTE, limits=limits))


@pytest.fixture
def dying(monkeypatch):
    """dying(at) lets the worker die at its so many-th write request, before Graph gets it or behind."""
    state = {"left": 0, "behind": False, "inside": False}

    def counted(original):
        def call(self, method, path, *args, **kwargs):
            is_write = method != "GET" and not path.endswith(("$batch", "getByIds")) and not state["inside"]
            state["left"] -= is_write
            dies = is_write and state["left"] == 0
            if dies and not state["behind"]:
                raise WorkerDied
            state["inside"] = state["inside"] or is_write
            try:
                answer = original(self, method, path, *args, **kwargs)
            finally:
                state["inside"] = state["inside"] and not is_write
            if dies:
                raise WorkerDied
            return answer

        return call

    monkeypatch.setattr(GraphClient, "send_once", counted(GraphClient.send_once))
    monkeypatch.setattr(GraphClient, "send", counted(GraphClient.send))

    def at(number, *, behind):
        state.update(left=number, behind=behind)

    return at


def names(directory, path):
    return Counter(
        entity.body.get("name") or entity.body.get("displayName") for entity in directory.store.entities(path)
    )


@pytest.mark.parametrize("behind", [False, True], ids=["before Graph gets it", "behind"])
def test_ops_07_killed_at_each_request_nothing_is_doubled_or_lost(
    captured, directory, simulator, restoring, patient, dying, now, behind
):
    """One policy is created with its assignments, one compliance policy with its parts, one is changed."""
    created, other, changed = (
        entity_of(directory, CATALOG),
        entity_of(directory, COMPLIANCE),
        entity_of(directory, CATALOG, 1),
    )
    versions = [version_of(entity.id) for entity in (created, other, changed)]
    expected = names(directory, CATALOG), names(directory, COMPLIANCE)
    delete(simulator, directory, CATALOG, created.id)
    delete(simulator, directory, COMPLIANCE, other.id)
    edit(directory, CATALOG, changed.id, description="Changed by hand")
    restore = restoring.preview(restoring.draft(*versions))
    run = restoring.start(restore)
    deaths = 0
    for attempt in range(1, 30):
        later = now + timedelta(minutes=5 * attempt)
        dying(1 if behind else 2, behind=behind)
        try:
            Runner(clock=lambda at=later: at).execute(run.pk)
        except WorkerDied:
            deaths += 1
            OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=later + timedelta(minutes=4))
        else:
            break
    run.refresh_from_db()
    assert deaths >= 3
    assert run.outcome == "succeeded", run.failure_summary
    assert (names(directory, CATALOG), names(directory, COMPLIANCE)) == expected
    assert {item.state for item in items_of(restore)} == {"verified"}
    assert Notification.everywhere.filter(run=run).count() == 1
    assert run.summary_counts["created"] == 2


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_answer_that_is_lost_after_it_was_applied_doubles_nothing(captured, directory, simulator, restoring, number):
    policy = entity_of(directory, CATALOG)
    version, expected = version_of(policy.id), names(directory, CATALOG)
    delete(simulator, directory, CATALOG, policy.id)
    restore = restoring.preview(restoring.draft(version))
    simulator.faults.add(Fault("status_after", path=f"/{CATALOG}*", method="POST", status=504, times=number))
    run = restoring.execute(restore)
    assert names(directory, CATALOG) == expected
    [item] = items_of(restore)
    assert (run.outcome, item.state) == ("succeeded", "verified"), (item.reason_code, item.left_paths)


def test_a_namesake_that_appears_while_a_worker_is_dead_is_not_taken_for_ours(
    captured, directory, simulator, restoring, dying, now
):
    """The worker dies before Graph gets its request, and somebody creates a policy of that name by hand."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore = restoring.preview(restoring.draft(version))
    run = restoring.start(restore)
    dying(1, behind=False)
    with pytest.raises(WorkerDied):
        Runner(clock=lambda: now).execute(run.pk)
    body = {name: value for name, value in policy.body.items() if name not in ("id", "settingCount")}
    other = create(simulator, directory, CATALOG, {**body, "description": "Made by hand"})
    OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=now + timedelta(minutes=9))
    dying(0, behind=False)
    Runner(clock=lambda: now + timedelta(minutes=10)).execute(run.pk)
    [item] = items_of(restore)
    assert (item.state, item.reason_code) == ("failed", "write_outcome_unknown")
    assert directory.store.find(CATALOG, other).body["description"] == "Made by hand"
    assert names(directory, CATALOG)[policy.body["name"]] == 1


def test_a_preview_that_another_worker_goes_on_with_is_of_one_reading(captured, directory, restoring, monkeypatch, now):
    """The first worker dies behind the first item; what it has found may have changed meanwhile."""
    policies = [entity_of(directory, CATALOG, number) for number in (0, 1)]
    versions = [version_of(policy.id) for policy in policies]
    for policy in policies:
        edit(directory, CATALOG, policy.id, description="Changed by hand")
    restore = restoring.draft(*versions)
    run = start_preview(restore, actor=restoring.person, now=now).run
    with monkeypatch.context() as patched:
        patched.setattr(RunItems, "attempt", dying_behind(RunItems.attempt))
        with pytest.raises(WorkerDied):
            Runner(clock=lambda: now).execute(run.pk)
    edit(directory, CATALOG, policies[0].id, description="Changed again")
    OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=now + timedelta(minutes=9))
    Runner(clock=lambda: now + timedelta(minutes=10)).execute(run.pk)
    first, second = items_of(restore)
    assert [item.found_id for item in (first, second)] == [policy.id for policy in policies]
    assert "Changed again" in first.sentences[0]["text"]
    assert restoring.execute(restoring.fresh(restore)).outcome == "succeeded"


def dying_behind(original):
    def attempt(self, item, work):
        original(self, item, work)
        raise WorkerDied

    return attempt
