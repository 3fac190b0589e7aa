"""Every write form, put at random into real code, is found; what is not, the fence stops.

A short run by default; OWNEDFIELDS_DEEP=1 for a thousand mutants.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import NamedTuple

import pytest
from mutations import FORMS, LOOK_ALIKES, form, injected, sources
from rewrites import program
from sandbox import caught_by_the_fence

from ownedfields.checking import Checker
from ownedfields.config import Config
from ownedfields.config_reading import parse_config
from ownedfields.discovery import Tree

DEEP = os.environ.get("OWNEDFIELDS_DEEP") == "1"
MUTANTS = 1000 if DEEP else 100
SEED = 20261123
PATH = "somewhere/mutant.py"
FILES = {
    "shop/__init__.py": "",
    "shop/services.py": "from shop.models import Order\n",
    "shop/models.py": """from django.db import models
class Order(models.Model):
    status = models.CharField(max_length=9)
    note = models.CharField(max_length=9)
    data = models.JSONField()
class Parcel(models.Model):
    status = models.CharField(max_length=9)
""",
}


class Mutant(NamedTuple):
    name: str
    statements: str
    source: str
    line: int


def config() -> Config:
    guard = {"model": "shop.models.Order", "fields": ["status"], "owner": ["shop/services.py"]}
    return parse_config({"guard": [guard]}, root=Path("/mutants"), source=Path("/mutants/pyproject.toml"))


def lines_found(source: str) -> set[int]:
    files = {**FILES, PATH: source}
    tree = Tree(Path("/mutants"), {path: (len(text), 0) for path, text in files.items()})
    report = Checker(config(), tree, lambda path: files[path].encode("utf-8", "replace")).run()
    return {finding.line for finding in report.findings if finding.path == PATH}


def mutants(forms: dict[str, str], count: int, seed: int) -> list[Mutant]:
    generator = random.Random(seed)
    originals = sources(max(count // 3, 20), seed)
    made: list[Mutant] = []
    names = sorted(forms)
    while len(made) < count:
        name = names[len(made) % len(names)]
        statements = form(forms[name], generator.choice(["found", "it", "order_7", "value"]), "status")
        mutant = injected(generator.choice(originals), statements, generator)
        if mutant is not None:
            made.append(Mutant(name, statements, *mutant))
    return made


def test_injected_writes_are_found_or_stopped_by_the_fence(tmp_path: Path) -> None:
    made = mutants(FORMS, MUTANTS, SEED)
    escaped = [mutant for mutant in made if mutant.line not in lines_found(mutant.source)]
    share = 1 - len(escaped) / len(made)
    names = [mutant.name for mutant in escaped]
    print(f"{len(made)} mutants, {share:.2%} found by reading, escaped: {names}")
    assert share >= 0.99, [(each.name, each.source.split("\n")[each.line - 3 : each.line + 1]) for each in escaped]
    if escaped:
        runnable = [f"from shop.models import Order\n{mutant.statements}" for mutant in escaped]
        assert all(caught_by_the_fence(tmp_path, runnable))


def test_injected_look_alikes_are_left_alone() -> None:
    made = mutants(LOOK_ALIKES, MUTANTS // 3, SEED + 1)
    reported = [(mutant.name, lines_found(mutant.source)) for mutant in made]
    assert [each for each in reported if each[1]] == []


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_is_found_by_itself(name: str) -> None:
    statements = form(FORMS[name], "found", "status")
    source = f"from shop.models import Order\n{statements}\n"
    marked = next(number for number, line in enumerate(source.split("\n"), 1) if "# MARK" in line)
    assert lines_found(source) == {marked}


def test_no_stack_of_rewrites_escapes() -> None:
    count = 1500 if DEEP else 120
    programs = {seed: program(seed, "status", depth=1 + seed % 4) for seed in range(count)}
    escaped = [seed for seed, source in programs.items() if not lines_found(source)]
    assert escaped == [], programs[escaped[0]]
