"""Records of restores: only those of ended restores go, by bulk operations, and nothing in the tenant with them."""

from dataclasses import replace

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import Notification, OperationRun, RunItem
from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores import bulk, keeping
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.editing import discard
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.operations import (
    BULK_RESTORE_RUN_FORCE_DELETE,
    BULK_RESTORE_RUN_RESTORE,
    BULK_RESTORE_RUN_TRASH,
)
from tenantpilot.restores.services import start_of_records
from tenantpilot.versions.models import PolicyVersion
from tests.restores.conftest import items_of
from tests.versions.kit import new_policy, take
from tests.web.html import read
from tests.web.kit import at_most_queries

HOME = "/admin/t/contoso/restores/"


@pytest.fixture
def drafted(contoso, mona, now):
    """Prepare a restore of a version; answers it."""
    version = take(new_policy(contoso, now, graph_id="p1"), {"id": "p1"}, now)
    facts = {"tenant": contoso, "versions": [version], "actor": mona, "now": now}
    return lambda source="Baseline, version 1": draft_of_versions(source=source, **facts)


@pytest.fixture
def ended(drafted, mona, now):
    """Three restores that have ended."""
    restores = [drafted(f"Baseline, version {number}") for number in (1, 2, 3)]
    for restore in restores:
        discard(restore, actor=mona, now=now)
    return restores


@pytest.fixture
def work(contoso, mona, now):
    def start_and_work(kind, restores, tenant=contoso):
        keys = [restore.pk for restore in restores]
        run = start_of_records(kind, tenant=tenant, initiator=mona, restores=keys, now=now).run
        Runner(clock=lambda: now).execute(run.pk)
        run.refresh_from_db()
        return run, list(RunItem.objects.of_run(run.pk).order_by("pk").values_list("reason_code", flat=True))

    return start_and_work


def test_records_go_to_the_trash_and_what_has_not_ended_stays(ended, drafted, work, mona):
    run, why = work(BULK_RESTORE_RUN_TRASH, [*ended, drafted()])
    assert (run.outcome, run.summary_counts["updated"], run.summary_counts["skipped"]) == ("succeeded", 3, 1)
    assert why == ["", "", "", "in_use"]
    assert Notification.everywhere.get(recipient=mona).run_id == run.pk
    assert RestoreRun.everywhere.in_trash().count() == 3


def test_they_come_back_or_go_for_good_and_the_versions_stay(ended, work):
    work(BULK_RESTORE_RUN_TRASH, ended[:2])
    assert work(BULK_RESTORE_RUN_TRASH, ended[:1])[0].summary_counts["unchanged"] == 1
    _run, why = work(BULK_RESTORE_RUN_RESTORE, [ended[0], ended[2]])
    assert why == ["", "not_in_trash"]
    run, why = work(BULK_RESTORE_RUN_FORCE_DELETE, ended[:2])
    assert (why, run.summary_counts["deleted"]) == (["not_in_trash", ""], 1)
    assert set(RestoreRun.everywhere.all()) == {ended[0], ended[2]}
    assert not RestoreItem.everywhere.of_run(ended[1].pk).exists()
    assert PolicyVersion.everywhere.count() == 1
    assert work(BULK_RESTORE_RUN_FORCE_DELETE, ended[1:2])[1] == ["restore_gone"]


def test_each_step_is_audited_with_what_was_there(ended, mona, now):
    keeping.trash(ended[0], actor=mona, now=now)
    keeping.take_back(ended[0], actor=mona, now=now)
    keeping.trash(ended[0], actor=mona, now=now)
    keeping.delete(ended[0], actor=mona, now=now)
    entries = AuditLog.objects.filter(target_type="restore", target_id=str(ended[0].pk)).order_by("pk")
    assert [entry.action for entry in entries][-4:] == [
        "restore.trashed",
        "restore.taken_back",
        "restore.trashed",
        "restore.deleted",
    ]
    last = entries.last()
    assert (last.actor_id, last.before["source"], last.before["items"]) == (mona.pk, "Baseline, version 1", 1)


def test_sec_03_restores_of_another_tenant_are_left_alone(ended, fabrikam, work):
    _run, why = work(BULK_RESTORE_RUN_TRASH, ended, tenant=fabrikam)
    assert why == ["restore_gone"] * 3
    assert not RestoreRun.everywhere.in_trash().exists()


def test_ops_13_the_breaker_opens_when_most_fail(ended, work, monkeypatch):
    def broken(*_args, **_facts):
        raise ZeroDivisionError

    kind = BULK_RESTORE_RUN_TRASH
    monkeypatch.setattr(bulk.keeping, "trash", broken)
    limits = replace(kind.limits, breaker_after=2)
    monkeypatch.setitem(operation_types._types, kind.key, replace(kind, limits=limits))
    run, _why = work(kind, ended)
    assert (run.outcome, run.reason_code) == ("failed", "circuit_open")
    assert Notification.everywhere.filter(run=run).count() == 1


def test_a_manager_does_it_in_the_pages(ended, signed_in, mona, now):
    browser = signed_in(mona)
    chosen = {"restore": [ended[0].pk, ended[1].pk]}
    listed = browser.get(HOME)
    assert len(read(listed).every("input", name="restore")) == 3
    assert "Move 2 restores to the trash?" in browser.get(f"{HOME}trashings/", chosen).text
    browser.post(f"{HOME}trashings/", chosen)
    Runner().execute(OperationRun.everywhere.latest("pk").pk)
    with at_most_queries(12):
        shown = browser.get(f"{HOME}trash/")
    assert len(read(shown).every("input", name="restore")) == 2
    wrong = browser.post(f"{HOME}deletions/", {**chosen, "typed": "contoso"})
    assert (wrong.status_code, "This is not its name." in wrong.text) == (422, True)
    browser.post(f"{HOME}returns/", {"restore": ended[0].pk})
    browser.post(f"{HOME}deletions/", {"restore": ended[1].pk, "typed": "Contoso"})
    kinds = OperationRun.everywhere.order_by("pk").values_list("type", flat=True)
    assert list(kinds) == ["bulk_restore_run_trash", "bulk_restore_run_restore", "bulk_restore_run_force_delete"]


def test_sec_02_a_reader_sees_the_trash_and_changes_nothing(ended, signed_in, bob, charlie):
    reader = signed_in(bob)
    assert not read(reader.get(HOME)).every("input", name="restore")
    assert reader.get(f"{HOME}trash/").status_code == 200
    assert reader.post(f"{HOME}trashings/", {"restore": ended[0].pk}).status_code == 403
    assert signed_in(charlie).get(f"{HOME}trash/").status_code == 404
    assert items_of(ended[0])
    assert not OperationRun.everywhere.exists()
