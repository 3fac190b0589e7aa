"""Every rule of the operations contract has a test that names it, where the page says."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "operations-contract.md"
RULE = re.compile(r"(?<![A-Za-z0-9])(OPS|SEC|UI|GUARD)[-_](\d\d|[A-G])(?![0-9A-Za-z])", re.I)
ROW = re.compile(r"^\| ((?:OPS|SEC|UI|GUARD)-\w+) \|.*\| ([^|]*) \|$", re.M)
ALL = [
    *(f"OPS-{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, *range(20, 28), *range(30, 35))),
    *(f"SEC-{number:02}" for number in range(1, 7)),
    "UI-01",
    *(f"GUARD-{letter}" for letter in "ABCDEFG"),
]


def rules_in(text: str) -> set[str]:
    """`OPS-07` in a docstring, `ops_07` in a name; a list such as `OPS-01, OPS-02` names each."""
    return {f"{plane}-{number}".upper() for plane, number in RULE.findall(text)}


@cache
def named_in_tests() -> dict[str, set[str]]:
    """By rule: the test files that name it. The page's own test does not count."""
    named: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path != Path(__file__):
            for rule in rules_in(path.read_text()):
                named[rule].add(path.relative_to(ROOT / "tests").as_posix())
    return named


def test_the_page_holds_every_rule_once_and_in_order() -> None:
    assert [rule for rule, _proof in ROW.findall(PAGE.read_text())] == ALL


@pytest.mark.parametrize(("rule", "proof"), ROW.findall(PAGE.read_text()))
def test_a_rule_is_proved_where_the_page_says(rule: str, proof: str) -> None:
    files = set(re.findall(r"`([^`]+)`", proof))
    assert files
    assert files <= named_in_tests()[rule], f"{rule} is named in {sorted(named_in_tests()[rule])}"


def test_every_rule_that_a_test_names_exists() -> None:
    """A mistyped id would prove nothing."""
    assert {*named_in_tests()} <= {*ALL}
