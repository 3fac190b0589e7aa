"""A preview is stale once the emergency accounts or the contract of a type change, and says which."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.digests import digest_of
from tenantpilot.restores import basis
from tenantpilot.restores.services import PreviewStale
from tenantpilot.tenancy.emergency import Chosen, set_emergency_accounts
from tests.restores.conftest import edit, entity_of, items_of, version_of, writes_of

ROOT = Path(__file__).resolve().parents[2]
CATALOG = "deviceManagement/configurationPolicies"
FIRST = Chosen("user", "5f0c0f3e-0000-4000-8000-000000000001", "Break glass 1")
SECOND = Chosen("user", "5f0c0f3e-0000-4000-8000-000000000002", "Break glass 2")
THIRD = Chosen("user", "5f0c0f3e-0000-4000-8000-000000000003", "Break glass 3")


@pytest.fixture
def previewed(captured, directory, restoring, mona, now):
    """A preview, made while the first two emergency accounts are chosen."""
    set_emergency_accounts(restoring.tenant, [FIRST, SECOND], actor=mona, now=now)
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    return restoring.preview(restoring.draft(version))


def test_other_emergency_accounts_refuse_the_confirmation_and_are_named(previewed, restoring, mona, now):
    set_emergency_accounts(restoring.tenant, [SECOND, THIRD], actor=mona, now=now)
    with pytest.raises(PreviewStale, match=r"added: Break glass 3.*removed: Break glass 1"):
        restoring.start(previewed)
    assert restoring.execute(restoring.preview(previewed)).outcome == "succeeded"


def test_another_contract_refuses_the_confirmation_and_is_named(previewed, restoring, monkeypatch):
    monkeypatch.setattr(basis, "version_of_contract", lambda _key: "another")
    with pytest.raises(PreviewStale, match="in another way since its update: Settings catalog"):
        restoring.start(previewed)


def test_nothing_is_written_by_another_contract_than_the_one_shown(previewed, restoring, simulator, monkeypatch):
    run = restoring.start(previewed)
    monkeypatch.setattr(basis, "version_of_contract", lambda _key: "another")
    simulator.log.clear()
    restoring.runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("failed", "preview_outdated")
    assert writes_of(simulator) == []
    assert [item.state for item in items_of(previewed)] == ["pending"]


def test_a_contract_has_one_version_in_every_process():
    ask = (
        "from tenantpilot.graph.contracts.digests import *; print([digest_of(c) for c in registry.of_configuration()])"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", ask],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    versions = [digest_of(contract) for contract in registry.of_configuration()]
    assert len(set(versions)) == len(versions)


def test_a_contract_that_changes_anywhere_has_another_version():
    contract = registry.get("compliancePolicy")
    changed = (
        replace(contract, restore_order=99),
        replace(contract, stripped=("x",)),
        replace(contract, settles=False),
    )
    assert len({digest_of(one) for one in (contract, *changed)}) == 4
