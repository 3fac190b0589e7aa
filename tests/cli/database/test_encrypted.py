"""A backup that is encrypted with age is read by the holders of an identity alone, and restores like any other."""

import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest
from typer.testing import CliRunner

from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.database.backing_up import back_up
from tenantpilot.cli.database.refusals import BackupRefused
from tenantpilot.cli.database.restoring import restore
from tenantpilot.cli.database.verifying import verify
from tenantpilot.cli.main import app
from tenantpilot.operations.models import OperationRun

IDENTITY, OTHER = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()


def key_file(folder: Path, *identities) -> Path:
    """A file as age-keygen writes it."""
    file = folder / f"key-{len(identities)}.txt"
    file.write_text("".join(f"# public key: {one.to_public()}\n{one}\n" for one in identities))
    return file


def decrypted(file: Path, identity: Path) -> bytes:
    """Let age itself decrypt the file, on a machine that has it."""
    if not shutil.which("age"):
        return pyrage.decrypt(file.read_bytes(), [OTHER])
    return subprocess.run(["age", "-d", "-i", identity, file], check=True, capture_output=True).stdout


@pytest.fixture
def sealed(history, tmp_path, now) -> Path:
    return back_up(tmp_path, recipients=[str(OTHER.to_public()), str(IDENTITY.to_public())], now=now).path


def test_what_was_encrypted_is_restored_whole(sealed, tmp_path, in_empty_installation, now):
    before = list(OperationRun.everywhere.order_by("pk").values_list("pk", "status", "outcome"))
    assert AuditLog.objects.get(action="database.backed_up").after["recipients"] == 2
    with in_empty_installation():
        restored = restore(sealed, identity=key_file(tmp_path, IDENTITY), now=now)
        assert (restored.broken, restored.manifest.contents.rows > 0) == ((), True)
        assert list(OperationRun.everywhere.order_by("pk").values_list("pk", "status", "outcome")) == before


def test_other_programs_decrypt_and_check_it(sealed, tmp_path):
    """`age -d` gives the archive, which unzip unpacks and sha256sum checks."""
    (tmp_path / "plain.zip").write_bytes(decrypted(sealed, key_file(tmp_path, OTHER)))
    subprocess.run(["unzip", "-q", "plain.zip", "-d", "check"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "check", check=True)


def test_nothing_of_it_can_be_read_in_the_file_or_beside_it(sealed, tmp_path):
    assert sealed.name.endswith(".zip.age")
    assert sealed.stat().st_mode & 0o777 == 0o600
    content = sealed.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"manifest.json" not in content
    assert [path.name for path in tmp_path.iterdir()] == [sealed.name]


def test_what_cannot_be_decrypted_is_refused_by_name(sealed, tmp_path, in_empty_installation, now):
    whole, stranger = sealed.read_bytes(), pyrage.x25519.Identity.generate()
    changed = whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]
    good, empty = key_file(tmp_path, IDENTITY), key_file(tmp_path)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(f"{stranger}\n")
    expected = {
        "encrypted": (whole, None),
        "wrong_key": (whole, wrong),
        "wrong_key ": (whole, empty),
        "truncated": (whole[: len(whole) // 2], good),
        "truncated ": (changed, good),
        "truncated  ": (whole[:40], good),
    }
    with in_empty_installation():
        for name, (content, identity) in expected.items():
            file = tmp_path / "copy.zip.age"
            file.write_bytes(content)
            with pytest.raises(BackupRefused) as refused:
                restore(file, identity=identity, now=now)
            assert refused.value.name == name.strip()
        assert not OperationRun.everywhere.exists()


def test_a_bad_recipient_is_refused_before_anything_is_written(own_database, tmp_path, now):
    with pytest.raises(BackupRefused, match="bad_recipient"):
        back_up(tmp_path, recipients=["age1nonsense"], now=now)
    assert list(tmp_path.iterdir()) == []


def test_a_person_is_warned_of_what_is_not_encrypted(history, tmp_path):
    def say(*words):
        answer = CliRunner().invoke(app, ["database", *map(str, words)])
        assert answer.exit_code == 0, answer.output
        return " ".join(answer.output.split())

    assert "The file is not encrypted" in say("backup", tmp_path / "a.zip")
    told = say("backup", tmp_path / "b.zip.age", "--recipient", IDENTITY.to_public())
    assert "not encrypted" not in told
    assert "every hash agrees" in say("verify", tmp_path / "b.zip.age", "--identity", key_file(tmp_path, IDENTITY))
    assert verify(tmp_path / "a.zip").lacking == ()
