"""`tenantpilot backups export` and `import`: the set leaves as a file, and comes back."""

import os

import pyrage
import pytest
from typer.testing import CliRunner

from tenantpilot.backups.building import seal
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.transfer_keys import TransferKey
from tenantpilot.cli.main import app
from tests.backups.kit import building_set, member, new_chain
from tests.versions.kit import new_policy, take

PASSPHRASE = "correct horse battery staple\n"


@pytest.fixture
def backup_set(contoso, now) -> BackupSet:
    chain = new_chain(contoso, now, kind="manual")
    made = building_set(chain, 1, now, asked={"policy_types": ["deviceConfiguration"]})
    member(chain, take(new_policy(contoso, now), {"id": "p1", "passwordRequired": True}, now), 1)
    return seal(made, run_id=0, now=now)


@pytest.fixture
def backups(database):
    return lambda *words, **more: CliRunner().invoke(app, ["backups", *map(str, words)], **more)


def test_a_set_goes_to_a_recipient_and_comes_back(backups, backup_set, tmp_path):
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(f"# made by age-keygen\n{identity}\n")
    file = tmp_path / "set.zip.age"
    exported = backups("export", backup_set.pk, file, "--recipient", identity.to_public())
    assert exported.exit_code == 0, exported.output
    assert backup_set.digest in exported.output
    imported = backups("import", "contoso", file, "--identity", tmp_path / "key.txt")
    assert imported.exit_code == 0, imported.output
    assert BackupSet.everywhere.latest("pk").digest == backup_set.digest
    assert os.stat(file).st_mode & 0o077 == 0


@pytest.mark.same_on_both  # a passphrase costs seconds, and its rows are two
def test_a_passphrase_comes_from_stdin_and_a_wrong_one_is_named(backups, backup_set, tmp_path):
    file = tmp_path / "set.zip.age"
    assert backups("export", backup_set.pk, file, input="too short\n").exit_code == 1
    assert not file.exists()
    assert backups("export", backup_set.pk, file, input=PASSPHRASE).exit_code == 0
    refused = backups("import", "contoso", file, input="another one of twenty\n")
    assert refused.exit_code == 1
    assert "wrong_key" in refused.output
    assert BackupSet.everywhere.count() == 1
    assert TransferKey.everywhere.count() == 0


def test_a_file_that_is_there_is_not_overwritten(backups, backup_set, tmp_path):
    file = tmp_path / "set.zip.age"
    file.write_text("mine")
    assert "is there already" in backups("export", backup_set.pk, file, input=PASSPHRASE).output
    assert file.read_text() == "mine"
