"""A set that was exported is the same set elsewhere: on another database, and for other programs (B3, B9)."""

import os
import shutil
import subprocess
import sys
from functools import partial

import pytest

from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.verifying import faults_of
from tests.backups.conftest import set_of
from tests.backups.other_engine import POLICIES
from tests.backups.test_portable import IDENTITY, RECIPIENT, exported, files_of, import_into, kept_set
from tests.databases import IS_POSTGRESQL

__all__ = ["exported", "kept_set"]
PROGRAMS = ("age", "unzip", "sha256sum")


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite exports to itself elsewhere: this needs PostgreSQL")
def test_a_set_of_sqlite_has_the_same_digest_on_postgresql(contoso, now, tmp_path):
    archive = tmp_path / "set.zip.age"
    facts = [str(contoso.entra_tenant_id), RECIPIENT, str(archive)]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TENANTPILOT_DATA_DIR": str(tmp_path),
        "TENANTPILOT_DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere.sqlite3",
    }
    command = [sys.executable, "-m", "tests.backups.other_engine", *facts]
    there = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    run = import_into(contoso, archive.read_bytes(), now)
    assert (run.outcome, run.reason_code) == ("succeeded", "")
    here = set_of(run)
    assert here.digest == there
    assert members_of_set(here).count() == len(POLICIES)
    assert faults_of(here) == []


@pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason=f"not all installed: {', '.join(PROGRAMS)}")
@pytest.mark.same_on_both
def test_debians_own_programs_decrypt_unpack_and_compare_it(exported, tmp_path):
    """B9: nothing of ours is needed to read it; with one byte changed, age or sha256sum refuses it."""
    (tmp_path / "key.txt").write_text(f"{IDENTITY}\n")
    (tmp_path / "set.zip.age").write_bytes(exported)
    script = "age -d -i key.txt -o set.zip set.zip.age && unzip -q set.zip -d set && cd set && sha256sum -c SHA256SUMS"
    run = partial(subprocess.run, script, shell=True, cwd=tmp_path, capture_output=True, text=True)
    done = run()
    assert (done.returncode, done.stdout.count(": OK")) == (0, len(files_of(exported)) - 1), done.stderr
    changed = bytearray(exported)
    changed[len(changed) // 2] ^= 1
    (tmp_path / "set.zip.age").write_bytes(changed)
    (tmp_path / "set.zip").unlink()
    assert run().returncode != 0
