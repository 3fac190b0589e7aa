"""A backup that is not whole, not ours or not for this installation is refused by name, and nothing is written."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.cli.database.backing_up import back_up
from tenantpilot.cli.database.refusals import BackupRefused
from tenantpilot.cli.database.restoring import restore
from tenantpilot.cli.database.verifying import verify
from tenantpilot.cli.main import app
from tenantpilot.operations.models import ProcessHeartbeat
from tenantpilot.tenancy.sealing import signature
from tests.databases import IS_POSTGRESQL

Files = dict[str, bytes]


def test_every_damaged_archive_is_refused_by_its_name(archive, tmp_path, in_empty_installation, now):
    expected = {name: refusal for name, (refusal, _damage) in DAMAGES.items()}
    with in_empty_installation():
        before = number_of_rows()
        answers = {name: refusal_of(damage(archive, tmp_path / name), now) for name, (_, damage) in DAMAGES.items()}
        assert answers == expected
        assert number_of_rows() == before


def test_an_archive_without_its_keys_is_refused(archive, in_empty_installation, settings, now):
    with in_empty_installation():
        settings.SEALING_KEYS = ["t1:" + "B" * 43 + "="]
        assert refusal_of(archive, now) == "other_key"
        settings.SEALING_KEYS = ["new:" + "A" * 43 + "="]
        assert refusal_of(archive, now) == "key_missing"
        assert verify(archive).lacking == ("t1",)


def test_an_installation_that_is_used_is_not_overwritten(archive, own_database, in_empty_installation, now):
    before = number_of_rows()
    assert refusal_of(archive, now) == "not_empty"
    assert number_of_rows() == before
    with in_empty_installation():
        ProcessHeartbeat.objects.create(
            name="worker@a:1", role="worker", started_at=timezone.now(), seen_at=timezone.now()
        )
        assert refusal_of(archive, timezone.now()) == "still_running"


def test_a_file_that_is_there_is_never_overwritten(archive, now):
    content = archive.read_bytes()
    with pytest.raises(BackupRefused, match="file_exists"):
        back_up(archive, now=now)
    assert archive.read_bytes() == content


def test_a_person_reads_the_name_and_the_remedy(archive, tmp_path):
    short = cut(archive, tmp_path / "short.zip")
    answer = CliRunner().invoke(app, ["database", "verify", str(short)])
    assert answer.exit_code == 1
    assert "truncated: The end of" in answer.output
    assert "Copy it again" in answer.output
    assert CliRunner().invoke(app, ["database", "verify", str(archive)]).exit_code == 0


def refusal_of(path: Path, now) -> str:
    try:
        restore(path, now=now)
    except BackupRefused as refused:
        return str(refused.name)
    return "restored"


def number_of_rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def cut(archive: Path, target: Path) -> Path:
    content = archive.read_bytes()
    target.write_bytes(content[: len(content) // 2])
    return target


def text_in_its_place(_archive: Path, target: Path) -> Path:
    target.write_text("no archive")
    return target


def changing(change: Callable[[Files], None]) -> Callable[[Path, Path], Path]:
    """Return the damage that rewrites the files of the archive."""

    def damage(archive: Path, target: Path) -> Path:
        with zipfile.ZipFile(archive) as source:
            files = {name: source.read(name) for name in source.namelist()}
        change(files)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
            for name, content in files.items():
                written.writestr(name, content)
        return target

    return damage


def first_part(files: Files) -> str:
    return json.loads(files["manifest.json"])["contents"]["parts"][0]["name"]


def flip_a_byte(files: Files) -> None:
    name = first_part(files)
    files[name] = files[name][:100] + bytes([files[name][100] ^ 1]) + files[name][101:] if files[name] else b"x"


def take_a_part(files: Files) -> None:
    del files[first_part(files)]


def add_a_file(files: Files) -> None:
    files["../../evil"] = b"x"


def forge_the_manifest(files: Files) -> None:
    files["manifest.json"] = files["manifest.json"].replace(b'"rows": ', b'"rows": 1')


def keep_only_words(files: Files) -> None:
    files.clear()
    files["README"] = b"another archive"


def signed(change: Callable[[dict], None]) -> Callable[[Path, Path], Path]:
    """Return the damage of a program that has the key: it changes the manifest, and signs it."""

    def rewrite(files: Files) -> None:
        manifest = json.loads(files["manifest.json"])
        change(manifest)
        files["manifest.json"] = json.dumps(manifest).encode()
        files["manifest.sig"] = signature(files["manifest.json"], key_id="t1").encode()

    return changing(rewrite)


def of_later_migrations(manifest: dict) -> None:
    manifest["migrations"].append("tenancy.9999_of_next_year")


def of_earlier_migrations(manifest: dict) -> None:
    manifest["migrations"].remove("tenancy.0007_stops")


def of_later_form(manifest: dict) -> None:
    manifest["version"] = 2


def of_the_other_engine(manifest: dict) -> None:
    manifest["engine"] = "sqlite" if IS_POSTGRESQL else "postgresql"


DAMAGES: dict[str, tuple[str, Callable[[Path, Path], Path]]] = {
    "cut": ("truncated", cut),
    "text": ("not_a_backup", text_in_its_place),
    "other zip": ("not_a_backup", changing(keep_only_words)),
    "flipped": ("tampered", changing(flip_a_byte)),
    "part gone": ("tampered", changing(take_a_part)),
    "file added": ("tampered", changing(add_a_file)),
    "forged": ("tampered", changing(forge_the_manifest)),
    "later": ("wrong_version", signed(of_later_migrations)),
    "earlier": ("wrong_version", signed(of_earlier_migrations)),
    "later form": ("wrong_version", signed(of_later_form)),
    "other engine": ("other_engine", signed(of_the_other_engine)),
}
