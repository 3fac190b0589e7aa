"""Artifacts hold what was written, in small chunks, and archives come out the same each time."""

import io
import random
import zipfile
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction

from tenantpilot.artifacts.archives import SUMS, ContentChanged, Entry, write_archive
from tenantpilot.artifacts.building import ArtifactLost, ArtifactWriter, NewArtifact, begin, ready_artifact_of
from tenantpilot.artifacts.models import CHUNK_BYTES, Artifact, ArtifactChunk
from tenantpilot.artifacts.names import LONGEST_PATH, UniquePaths, safe_name
from tenantpilot.artifacts.operations import ARTIFACT_PURGE
from tenantpilot.artifacts.reading import ArtifactDamaged, ArtifactFile, stream
from tenantpilot.artifacts.states import Purpose
from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.retention.services import start_daily
from tenantpilot.operations.workers.runner import Runner
from tests.artifacts.kit import made

NAMES = (
    *("CON", "con", "a/b", "a\\b", "trailing.", "trailing ", "...", "", "x" * 300, "Ä" * 300),
    *("\ud800", "nul\0", "LPT1.x"),
)


def test_what_is_written_is_read_back(contoso, alice, now):
    content = random.Random(1).randbytes(2 * CHUNK_BYTES + 17)
    artifact = made(contoso, alice, content, now)
    assert artifact.bytes == len(content)
    assert ArtifactChunk.objects.filter(artifact=artifact).count() == 3
    assert b"".join(stream(artifact)) == content
    file = io.BufferedReader(ArtifactFile(artifact))
    file.seek(CHUNK_BYTES - 5)
    assert file.read(10) == content[CHUNK_BYTES - 5 : CHUNK_BYTES + 5]


def test_a_download_of_damaged_bytes_breaks_off(contoso, alice, now):
    artifact = made(contoso, alice, b"content", now)
    ArtifactChunk.objects.filter(artifact=artifact).delete()
    with pytest.raises(ArtifactDamaged):
        list(stream(artifact))


def archive(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    unseekable = SimpleNamespace(write=sink.write, flush=lambda: None)
    entries = [Entry.of(path, content) for path, content in files.items()]
    write_archive(unseekable, {"files": len(files)}, entries, lambda some: [files[entry.path] for entry in some])
    return sink.getvalue()


def test_the_same_files_make_the_same_bytes_in_any_order():
    files = {f"folder/{index}.json": b"{}" * index for index in range(5)}
    assert archive(files) == archive(dict(reversed(files.items())))


def test_the_manifest_comes_first_and_the_sums_last():
    with zipfile.ZipFile(io.BytesIO(archive({"b.json": b"2", "a.json": b"1"}))) as written:
        assert written.testzip() is None
        assert written.namelist() == ["manifest.json", "a.json", "b.json", SUMS]
        sums = dict(reversed(line.split("  ")) for line in written.read(SUMS).decode().splitlines())
        assert sums == {name: Entry.of(name, written.read(name)).sha256 for name in written.namelist()[:-1]}


def test_content_that_is_not_what_the_manifest_says_is_refused():
    with pytest.raises(ContentChanged):
        write_archive(io.BytesIO(), {}, [Entry.of("a", b"1")], lambda _some: [b"2"])


def test_every_name_becomes_one_that_all_systems_hold():
    paths = UniquePaths()
    taken = [paths.take("Some folder", name, ".json") for name in NAMES]
    assert len({path.casefold() for path in taken}) == len(NAMES)
    for path in taken:
        name = path.split("/")[-1]
        assert path.count("/") == 1
        assert len(path.encode()) <= LONGEST_PATH
        assert not set(name) & set('<>:"\\|?*')
        stem = name.removesuffix(".json").split(" (")[0]
        assert stem
        assert not stem.endswith((".", " "))
        assert stem.split(".")[0].upper() not in {"CON", "NUL", "LPT1"}


def test_long_names_that_differ_at_their_ends_stay_apart():
    assert safe_name("x" * 300 + "1") != safe_name("x" * 300 + "2")


def test_a_second_worker_begins_anew_and_the_first_can_not_go_on(contoso, alice, now):
    run = OperationRun.everywhere.create(
        workspace_id=contoso.workspace_id, tenant=contoso, type="artifact_purge", identity="x", inputs={}, queue="bulk",
        created_at=now, dispatched_at=now,
    )  # fmt: skip
    new = NewArtifact(contoso.workspace_id, alice, Purpose.POLICY_EXPORT, "a.zip", contoso, run.pk)
    first = ArtifactWriter(begin(new, now=now))
    first.write(bytes(CHUNK_BYTES))
    second = ArtifactWriter(begin(new, now=now))
    with pytest.raises(Exception, match="chunk"), transaction.atomic():
        first.write(bytes(CHUNK_BYTES))
    first._buffer.clear()
    with pytest.raises(ArtifactLost), transaction.atomic():
        first.seal(now=now)
    with transaction.atomic():
        whole = second.seal(now=now)
    assert ready_artifact_of(run) == whole
    assert ArtifactChunk.objects.count() == 0


def test_the_purge_removes_what_has_expired_and_nothing_else(contoso, alice, now):
    old, young = made(contoso, alice, b"old", now - timedelta(days=2)), made(contoso, alice, b"young", now)
    assert start_daily(now=now, operation_type=ARTIFACT_PURGE) == 1
    assert start_daily(now=now, operation_type=ARTIFACT_PURGE) == 0
    run = OperationRun.everywhere.get(type="artifact_purge")
    Runner(clock=lambda: now).execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.summary_counts) == ("succeeded", {"deleted": 1})
    states = dict(Artifact.everywhere.values_list("pk", "state"))
    assert states == {old.pk: "gone", young.pk: "ready"}
    assert ArtifactChunk.objects.get().artifact == young
    assert AuditLog.objects.filter(action="artifact.removed").count() == 1
    assert not Notification.everywhere.exists()
