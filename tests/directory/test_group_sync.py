"""A group sync reads what changed, page by page, and each page lands whole or not at all (FLOWS 2.13)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from intunesim import Fault

from tenantpilot.directory.models import DirectoryName, Group, GroupCursor, NestedGroup
from tenantpilot.directory.operations import ENTRA_GROUP_SYNC
from tenantpilot.directory.services import start_group_sync
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tests.directory.conftest import cursor, seen
from tests.directory.kit import add_group, bring_back, remove, remove_member, rename

A, B, C = (f"aaaaaaaa-0000-0000-0000-00000000000{number}" for number in "123")


def in_tenant(directory):
    return {entity.id.lower() for entity in directory.store.entities("groups")}


def nested_in(graph_id):
    return list(NestedGroup.everywhere.filter(parent__graph_id=graph_id).values_list("member_id", flat=True))


def test_the_first_sync_reads_all_groups(sync_groups, directory):
    add_group(directory, A, "Outer", B)
    add_group(directory, B, "Inner")
    run = sync_groups()
    assert (run.outcome, run.reason_code) == ("succeeded", "")
    assert set(seen()) == in_tenant(directory)
    assert run.summary_counts["groups"] == run.summary_counts["created"] == len(in_tenant(directory))
    assert (cursor().phase, cursor().round) == ("current", 1)
    assert nested_in(A) == [B]


def test_the_next_sync_asks_only_for_changes(sync_groups, directory, simulator):
    add_group(directory, A, "Before")
    sync_groups()
    rename(directory, A, "After")
    simulator.log.clear()
    run = sync_groups()
    counts = {key: run.summary_counts.get(key, 0) for key in ("created", "updated", "deleted")}
    assert counts == {"created": 0, "updated": 1, "deleted": 0}
    assert Group.everywhere.get(graph_id=A).name == "After"
    assert len([entry for entry in simulator.log if "delta" in entry.path]) == 1


def test_a_soft_deleted_group_comes_back_to_its_row(sync_groups, directory):
    add_group(directory, A, "Outer", B)
    add_group(directory, B, "Inner")
    sync_groups()
    row = Group.everywhere.get(graph_id=A)
    entity = remove(directory, A, "changed")
    assert sync_groups().summary_counts["deleted"] == 1
    assert seen()[A] == "deleted"
    bring_back(directory, entity)
    sync_groups()
    again = Group.everywhere.get(graph_id=A)
    assert (again.pk, again.presence, nested_in(A)) == (row.pk, "present", [B])


def test_a_group_that_is_gone_keeps_its_row_without_members(sync_groups, directory):
    add_group(directory, A, "Outer", B)
    add_group(directory, B, "Inner")
    sync_groups()
    remove(directory, A)
    sync_groups()
    row = Group.everywhere.get(graph_id=A)
    assert (row.presence, row.name, nested_in(A)) == ("gone", "Outer", [])


def test_members_that_are_split_over_pages_and_repeated_come_once(sync_groups, directory):
    directory.habits.delta_members_per_page = 1
    directory.habits.delta_replays = True
    add_group(directory, A, "Outer", B, C)
    add_group(directory, B, "Inner")
    add_group(directory, C, "Also inner")
    sync_groups()
    remove_member(directory, A, B)
    for _again in range(2):
        sync_groups()
        assert nested_in(A) == [C]


class WorkerDied(BaseException):
    """Like SIGKILL: nothing is caught, nothing is said."""


class DyingService(OperationRunService):
    """Its worker dies at the given checkpoint: a page is written and not committed."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def checkpoint(self, lease, data, **when):
        kept = super().checkpoint(lease, data, **when)
        self._left -= 1
        if self._left == 0:
            raise WorkerDied
        return kept


def test_ops_07_a_sync_killed_at_every_page_loses_and_doubles_nothing(
    sync_groups, directory, contoso, alice, now, monkeypatch
):
    """Each worker writes one page and dies within the next."""
    patient = replace(ENTRA_GROUP_SYNC, limits=replace(ENTRA_GROUP_SYNC.limits, attempts=20))
    monkeypatch.setitem(operation_types._types, ENTRA_GROUP_SYNC.key, patient)
    directory.habits.page_sizes = {"groups/delta": 2}
    run = start_group_sync(tenant=contoso, initiator=alice, now=now).run
    deaths = len(in_tenant(directory)) // 2 - 1
    for attempt in range(1, deaths + 1):
        later = now + timedelta(minutes=5 * attempt)
        with pytest.raises(WorkerDied):
            Runner(DyingService(at=2), clock=lambda at=later: at).execute(run.pk)
        assert Group.everywhere.count() == 2 * attempt
        OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=later + timedelta(minutes=4))
    assert Runner(clock=lambda: now + timedelta(hours=2)).execute(run.pk)
    run.refresh_from_db()
    assert deaths >= 5
    assert (run.outcome, run.summary_counts["created"]) == ("succeeded", len(in_tenant(directory)))
    assert set(seen()) == in_tenant(directory)
    assert Notification.everywhere.filter(run=run).count() == 1


def test_a_410_in_the_middle_reads_all_again_and_marks_nothing_gone(sync_groups, directory, simulator):
    add_group(directory, A, "Kept")
    sync_groups()
    before = seen()
    for number in range(12):
        rename(directory, sorted(before)[number], f"Renamed {number}")
    simulator.faults.add(Fault("status", path="/groups/delta*", status=410, code="syncStateNotFound", after=1, times=1))
    run = sync_groups()
    assert run.outcome == "succeeded"
    assert seen() == before
    assert (cursor().phase, cursor().round) == ("current", 2)
    assert run.events.filter(name="delta_expired").count() == 1


def test_a_resync_that_fails_marks_nothing_gone_before_its_last_page(sync_groups, directory, simulator, now):
    add_group(directory, A, "Gone meanwhile")
    sync_groups()
    directory.store.remove("groups", A)
    simulator.faults.add(Fault("status", path="/groups/delta*", status=403, after=1))
    run = sync_groups(at=now + timedelta(days=8))
    assert (run.outcome, run.reason_code) == ("failed", "permission_missing")
    assert (cursor().phase, seen()[A]) == ("resync", "present")
    simulator.faults.clear()
    assert sync_groups(at=now + timedelta(days=8)).outcome == "succeeded"
    assert (cursor().phase, seen()[A]) == ("current", "gone")


def test_a_link_older_than_seven_days_is_not_tried(sync_groups, simulator, now):
    sync_groups()
    simulator.log.clear()
    run = sync_groups(at=now + timedelta(days=7))
    asked = [entry for entry in simulator.log if "delta" in entry.path]
    assert run.outcome == "succeeded"
    assert not [entry for entry in asked if entry.status == 410]
    assert cursor().round == 2


def test_resync_required_in_other_words_starts_over_too(sync_groups, simulator, directory):
    sync_groups()
    simulator.faults.add(Fault("status", path="/groups/delta*", status=400, code="resyncRequired", times=1))
    assert sync_groups().outcome == "succeeded"
    assert set(seen().values()) == {"present"}


def test_a_group_that_no_database_keeps_costs_itself_alone(sync_groups, directory):
    add_group(directory, "x" * 300, "Poison")
    add_group(directory, A, "Nul \x00 inside")
    run = sync_groups()
    assert (run.outcome, run.failure_summary[0]["item"]) == ("partially_succeeded", "Poison")
    assert Group.everywhere.get(graph_id=A).name == "Nul \ufffd inside"


def test_members_are_counted_for_groups_in_use_alone(sync_groups, directory, monkeypatch):
    add_group(directory, A, "Outer", B, next(iter(directory.store.entities("users"))).id)
    add_group(directory, B, "Inner")
    monkeypatch.setattr("tenantpilot.directory.handlers.ids_in_use", lambda _tenant: {A: "group", C: "group"})
    assert sync_groups().outcome == "succeeded"
    assert list(Group.everywhere.exclude(member_count=None).values_list("graph_id", "member_count")) == [(A, 2)]
    assert DirectoryName.everywhere.get(graph_id=C).name == ""


def test_ops_23_nobody_is_notified_of_a_system_run(sync_groups, alice):
    assert sync_groups().outcome == "succeeded"
    assert not Notification.everywhere.exists()
    sync_groups(initiator=alice)
    assert Notification.everywhere.get().recipient == alice


@pytest.mark.parametrize("phase", ["none", "initial", "nonsense"])
def test_the_database_refuses_a_phase_that_does_not_follow(sync_groups, phase):
    sync_groups()
    with pytest.raises(DatabaseError), transaction.atomic():
        GroupCursor.everywhere.update(phase=phase)  # ownedfields: ignore[OPR103] -- proves that the database refuses it
