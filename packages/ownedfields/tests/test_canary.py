"""The canary: made-up violations of the configuration are found, or the guards are blind."""

from __future__ import annotations

import pytest
from sample_project import FILES, sample_config

from ownedfields.canary import blind_spots, canaries, findings
from ownedfields.checking import Checker
from ownedfields.config import Config
from ownedfields.discovery import Tree


def checker(config: Config) -> Checker:
    tree = Tree(config.root, {path: (len(text), 0) for path, text in FILES.items()})
    return Checker(config, tree, lambda path: FILES[path].encode())


def test_every_made_up_violation_of_the_sample_is_found() -> None:
    config = sample_config()
    assert len(canaries(config)) > 25
    assert blind_spots(checker(config)) == []


def test_a_guard_that_owns_everything_is_blind() -> None:
    config = sample_config(guard=[{**GUARD, "owner": ["*.py"]}], together=[], banned=[])
    assert {finding.rule for finding in findings(checker(config))} == {"OPR907"}


def test_a_hint_that_no_variable_can_have_is_blind() -> None:
    config = sample_config(guard=[{**GUARD, "related_names": ["not a name"]}], together=[], banned=[])
    assert any("not a name" in canary.name for canary in blind_spots(checker(config)))


@pytest.mark.parametrize("only", ["OperationRun.status", "RunStatusChanged"])
def test_one_guard_can_be_asked_alone(only: str) -> None:
    assert blind_spots(checker(sample_config()), only) == []


GUARD = {
    "model": "tp.operations.models.OperationRun",
    "fields": ["status"],
    "owner": ["tp/operations/service.py"],
}
