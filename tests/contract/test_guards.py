"""The guards find nothing in the product, and find each violation that is planted beside it."""

from pathlib import Path

import pytest
from ownedfields.checking import Checker
from ownedfields.config_reading import find_config, read_config
from ownedfields.discovery import find_files
from ownedfields.findings import Finding

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
ROOM = "src/tenantpilot/inventory"
RULES = {"GUARD-A": "OPR1", "GUARD-B": "OPR2", "GUARD-C": "OPR3"}

PLANTED = {
    "by_attribute": ("GUARD-A", "from tenantpilot.operations.models import OperationRun\n\ndef end(run: OperationRun) -> None:\n    run.status = 'completed'\n"),
    "by_update": ("GUARD-A", "from tenantpilot.operations.models import OperationRun\n\nOperationRun.everywhere.filter(pk=1).update(outcome='failed')\n"),
    "by_accessor": ("GUARD-A", "from tenantpilot.tenancy.models import Tenant\n\ndef end(tenant: Tenant) -> None:\n    tenant.operation_runs.update(status='completed')\n"),
    "by_constructor": ("GUARD-A", "from tenantpilot.operations.models import OperationRun\n\nrun = OperationRun(status='running')\n"),
    "by_sql": ("GUARD-A", "from django.db import connection\n\ndef end() -> None:\n    connection.cursor().execute(\"UPDATE operation_runs SET status = 'completed'\")\n"),
    "by_another_telling": ("GUARD-B", "from tenantpilot.operations.models import Notification, OperationRun\n\ndef tell(run: OperationRun) -> None:\n    Notification.everywhere.create(run=run, recipient=run.initiator, kind='started')\n"),
    "by_a_retired_name": ("GUARD-C", "class RunStatusChangedNotification:\n    pass\n"),
}  # fmt: skip
LOOKS_ALIKE = """from dataclasses import dataclass


@dataclass
class Answer:
    status: int = 200
    outcome: str = ""


def answer() -> Answer:
    made = Answer()
    made.status = 404
    made.outcome = "not found"
    return made
"""


@pytest.fixture(scope="module")
def found() -> dict[str, list[Finding]]:
    """What the configured guards find by file, in the product and the planted files beside it: one check of both."""
    config = read_config(find_config(ROOT))
    planted = {f"{ROOM}/planted_{name}.py": code.encode() for name, (_guard, code) in PLANTED.items()}
    beside = {**planted, f"{ROOM}/alike.py": LOOKS_ALIKE.encode()}
    tree = find_files(config.root, config.exclude)
    tree.files.update((path, (len(content), 0)) for path, content in beside.items())
    checker = Checker(config, tree, lambda path: beside.get(path) or (ROOT / path).read_bytes())
    report = checker.run(may_share=True)
    assert report.scanned > len(beside) + 300
    by_file: dict[str, list[Finding]] = {}
    for each in report.findings:
        by_file.setdefault(each.path, []).append(each)
    return by_file


def test_the_product_breaks_none_of_them(found: dict[str, list[Finding]]) -> None:
    """GUARD-A, GUARD-B, GUARD-C, OPS-05, OPS-08, OPS-24: over src, tests and everything else."""
    assert {path: each for path, each in found.items() if "/planted_" not in path} == {}


@pytest.mark.parametrize("name", PLANTED)
def test_every_planted_violation_is_found_with_its_place_and_remedy(name: str, found: dict[str, list[Finding]]) -> None:
    """GUARD-A, GUARD-B, GUARD-C, OPS-05, OPS-24: one file for each, beside the product's own."""
    guard, code = PLANTED[name]
    each = found[f"{ROOM}/planted_{name}.py"][0]
    assert each.rule.startswith(RULES[guard])
    assert each.snippet[0] == code.splitlines()[each.line - 1]
    assert "OperationRun" in f"{each.message} {each.fix}"
