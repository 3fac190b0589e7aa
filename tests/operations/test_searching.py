"""The search in runs: what it finds, whose it finds, and the part of the history that it looks through."""

import pytest

from tenantpilot.core.sanitizing import ObjectName, describe
from tenantpilot.inventory.services import start_ignore
from tenantpilot.operations.lifecycle.outcome import ending_of, stopped
from tenantpilot.operations.models import OperationRun, RunItem
from tenantpilot.operations.monitoring import search as run_search
from tenantpilot.operations.monitoring.search import search
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tests.operations.kit import WORK, Engine


@pytest.fixture
def engine(contoso):
    return Engine(contoso)


@pytest.fixture
def found(contoso):
    """The numbers of the runs of Contoso that a text finds, newest first."""

    def numbers(text, tenant=contoso):
        runs = OperationRun.everywhere.of_tenant(tenant).for_list()
        return [run.pk for run in search(runs, text).newest_first()]

    return numbers


def finished(engine, ending):
    claimed = engine.running(what=OperationRun.everywhere.count())
    engine.service.finish(claimed.lease, ending, now=engine.clock())
    return claimed.run.pk


@pytest.fixture
def bulk(contoso, alice, now):
    """A bulk operation with these items; "!" in front of one that failed."""

    def start(*labels):
        chosen = range(900_000, 900_000 + len(labels))
        run = start_ignore(tenant=contoso, initiator=alice, selection=list(chosen), reason="", now=now).run
        OperationRunService().claim(run.pk, owner="w", now=now)
        items = [RunItem(run=run, position=at, key=str(at), label=label) for at, label in enumerate(labels)]
        RunItem.objects.bulk_create(items)
        return run.pk

    return start


def test_by_what_the_operation_is_called_or_its_key_whatever_the_case(engine, found, bulk):
    plain, ignoring = engine.start().pk, bulk("BitLocker")
    assert found("IGNORing of pol") == [ignoring]
    assert found(WORK.key) == [plain]


def test_by_the_reason_s_code_or_words_or_what_the_message_says(engine, found):
    lost = finished(engine, stopped(RunOutcome.FAILED, describe("worker_lost")))
    refused = finished(engine, stopped(RunOutcome.FAILED, describe("permission_missing", {"status": 403})))
    assert found("worker_lost") == [lost]
    assert found("lacks a permission") == [refused]
    assert found("answered 403") == [refused]


def test_by_an_item_that_failed_in_a_run_without_a_set_of_items(engine, found):
    failures = [describe("permission_missing", {"status": 403}, item=ObjectName("Größe 100 %"))]
    run = finished(engine, ending_of({"processed": 2, "succeeded": 1, "failed": 1}, failures))
    finished(engine, ending_of({"processed": 1, "succeeded": 1}, []))
    for text in ("größe", "100 %", "Größe 100"):
        assert found(text) == [run], text


def test_what_the_summary_calls_its_parts_is_not_what_it_says(engine, found):
    finished(engine, stopped(RunOutcome.FAILED, describe("worker_lost")))
    assert found("message") == []
    assert found('"code"') == []


def test_by_the_name_of_an_item_of_a_bulk_operation(found, bulk):
    first = bulk("BitLocker Europe", "FileVault")
    assert found("bitlocker") == [first]
    assert found("Firewall") == []


def test_by_its_number_with_or_without_the_sign(engine, found):
    run = engine.start().pk
    assert found(f"#{run}") == [run]
    assert run in found(str(run))


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "#", "9" * 40, "１", "x' OR 1=1 --"])
def test_what_means_something_to_a_database_is_only_looked_for(engine, found, text):
    finished(engine, stopped(RunOutcome.FAILED, describe("worker_lost")))
    assert found(text) in ([], found("worker")) if text == "_" else found(text) == []


def test_nothing_but_spaces_narrows_nothing(engine, found):
    run = engine.start().pk
    assert found("  ") == [run]


def test_sec_03_a_run_of_another_tenant_is_not_found_not_even_by_its_number(engine, found, fabrikam, bulk):
    run = bulk("BitLocker")
    assert found("BitLocker", fabrikam) == []
    assert found(str(run), fabrikam) == []


def test_it_looks_through_the_newest_runs_alone_but_a_number_finds_any(engine, found, monkeypatch):
    monkeypatch.setattr(run_search, "NEWEST", 2)
    oldest, *newest = (finished(engine, stopped(RunOutcome.FAILED, describe("worker_lost"))) for _each in range(3))
    assert found("worker_lost") == newest[::-1]
    assert found(f"#{oldest}") == [oldest]


def test_it_looks_into_the_items_of_the_newest_runs_and_of_the_newest_bulk_operations_alone(
    engine, found, bulk, monkeypatch
):
    monkeypatch.setattr(run_search, "NEWEST_WITH_ITEMS", 1)
    first = bulk("BitLocker")
    finished(engine, stopped(RunOutcome.FAILED, describe("worker_lost")))
    assert found("BitLocker") == [first]
    second = bulk("FileVault", "Firewall")
    assert found("BitLocker") == []
    assert found("FileVault") == [second]


def test_the_items_of_a_sync_are_found_too(engine, found):
    claimed = engine.running(what="sync")
    RunItem.objects.create(run=claimed.run, position=0, key="group", label="Named location")
    assert found("named LOC") == [claimed.run.pk]
