"""A new operation is one command away, and its tests run at once."""

import pytest

from tenantpilot.cli.problems import Problem
from tenantpilot.cli.scaffold.operation import NewOperation, write_operation
from tests.cli.checkouts import copy_of_checkout, run

AT_MOST = 40


@pytest.fixture
def checkout(tmp_path):
    return copy_of_checkout(tmp_path)


NEW = NewOperation("rehearse_policies", "inventory", "INVENTORY_VIEW")


def test_what_it_writes_runs_at_once_and_is_clean(checkout):
    written = run(checkout, "tenantpilot.cli", "startoperation", "rehearse_policies", "--room", "inventory")
    assert written.returncode == 0, written.stderr
    only = ("tests/inventory/test_rehearse_policies.py", "-p", "no:xdist", "-vv")
    tests = run(checkout, "pytest", *only, has_same_tables=True)
    assert "9 passed" in tests.stdout, tests.stdout + tests.stderr
    for proven in ("every_item", "costs_only_itself", "circuit", "whole_operation", "cancel", "told_once", "nobody"):
        assert proven in tests.stdout
    changed = ["src/tenantpilot/inventory", "tests/inventory/test_rehearse_policies.py"]
    lint = run(checkout, "ruff", "check", *changed)
    assert lint.returncode == 0, lint.stdout
    assert run(checkout, "ruff", "format", "--check", *changed).returncode == 0


def test_beside_its_own_work_an_operation_takes_at_most_forty_lines(checkout):
    written = write_operation(NEW, checkout)
    sources = [path for path in written if path.parent.name == NEW.name]
    lines = [line for path in sources for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) + 1 <= AT_MOST


@pytest.mark.deep
def test_its_tests_notice_an_operation_that_does_nothing(checkout):
    write_operation(NEW, checkout)
    handler = checkout / "src/tenantpilot/inventory/rehearse_policies/handlers.py"
    handler.write_text(handler.read_text().replace("work_through(run, find=find_items, work=work_on)", "return"))
    tests = run(checkout, "pytest", "tests/inventory/test_rehearse_policies.py", "-p", "no:xdist")
    assert "failed" in tests.stdout
    assert tests.returncode == 1


def test_a_room_without_a_list_gets_one(checkout):
    (checkout / "src/tenantpilot/inventory/operations.py").unlink()
    listed = write_operation(NEW, checkout)[-1]
    assert listed.read_text() == f'"""The operation types of the inventory."""\n\n{NEW.line}\n'


def test_the_line_stands_among_the_imports_in_their_order(checkout):
    lines = write_operation(NEW, checkout)[-1].read_text().splitlines()
    ours = [line.split()[1] for line in lines if line.startswith("from tenantpilot.")]
    assert ours == sorted(ours)
    assert "tenantpilot.inventory.rehearse_policies.operations" in ours


@pytest.mark.parametrize(
    "name", ["Count", "count", "rehearse-policies", "rehearse_policies_", "1_count", "x_" * 40 + "x", "../a_b"]
)
def test_a_name_that_cannot_be_a_key_is_refused(checkout, name):
    with pytest.raises(Problem, match="no name for an operation"):
        write_operation(NewOperation(name, "inventory", "INVENTORY_VIEW"), checkout)


def test_a_room_that_is_not_there_is_refused_with_those_that_are(checkout):
    with pytest.raises(Problem, match=r"Rooms are: .*inventory"):
        write_operation(NewOperation("rehearse_policies", "cellar", "INVENTORY_VIEW"), checkout)


def test_nothing_that_is_there_is_written_over(checkout):
    write_operation(NEW, checkout)
    with pytest.raises(Problem, match="exists already"):
        write_operation(NEW, checkout)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(Problem, match="no checkout"):
        write_operation(NEW, tmp_path)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["inventory_sync", "--room", "inventory"], "There is an operation inventory_sync already."),
        (["rehearse_policies", "--room", "inventory", "--capability", "FLY"], "There is no capability FLY. Known: "),
    ],
)
def test_what_cannot_be_is_said_in_one_line(checkout, given, says):
    answer = run(checkout, "tenantpilot.cli", "startoperation", *given)
    assert answer.returncode == 1
    assert says in answer.stderr.replace("\n", " ")
