"""Every rule of the operations contract has a test that names it, where the page says and in the pack."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.rules import rules_in

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "operations-contract.md"
ROW = re.compile(r"^\| ((?:OPS|SEC|UI|GUARD)-\w+) \|.*\| ([^|]*) \|$", re.M)
ALL = [
    *(f"OPS-{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, *range(20, 28), *range(30, 35))),
    *(f"SEC-{number:02}" for number in range(1, 11)),
    "UI-01",
    *(f"GUARD-{letter}" for letter in "ABCDEFGI"),
]


@cache
def named_in_tests() -> dict[str, set[str]]:
    """By rule: the test files that name it. The page's own test does not count."""
    named: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path != Path(__file__):
            for rule in rules_in(path.read_text()):
                named[rule].add(path.relative_to(ROOT / "tests").as_posix())
    return named


TEST = re.compile(r'^ *def (test_\w+)\((?:[^()]|\([^()]*\))*\)[^:\n]*:\n(?:\s+"""(.*?)""")?', re.M | re.S)


def rules_of_the_pack() -> set[str]:
    """What the tests of `make test-contract` name: each for itself, in the modules that are marked."""
    modules = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    texts = [text for path in modules if "mark.contract" in (text := path.read_text())]
    return {rule for text in texts for named in TEST.findall(text) for rule in rules_in(" ".join(named))}


def test_the_page_holds_every_rule_once_and_in_order() -> None:
    """OPS-01 to UI-01, GUARD-A to GUARD-I."""
    assert [rule for rule, _proof in ROW.findall(PAGE.read_text())] == ALL


@pytest.mark.parametrize(("rule", "proof"), ROW.findall(PAGE.read_text()))
def test_a_rule_is_proved_where_the_page_says(rule: str, proof: str) -> None:
    files = set(re.findall(r"`([^`]+)`", proof))
    assert files
    assert files <= named_in_tests()[rule], f"{rule} is named in {sorted(named_in_tests()[rule])}"


def test_every_rule_that_a_test_names_exists() -> None:
    """OPS-01 to UI-01, GUARD-A to GUARD-I: a mistyped id would prove nothing."""
    assert {*named_in_tests()} <= {*ALL}


def test_every_rule_is_proved_by_the_pack() -> None:
    """OPS-01 to UI-01, GUARD-A to GUARD-I: what is left out of the pack proves none of them alone."""
    assert {*ALL} - rules_of_the_pack() == set()
