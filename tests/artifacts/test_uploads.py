"""An upload is sealed as long as it is there, and gone as soon as its run has ended, whatever came of it."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from tenantpilot.artifacts.building import NewArtifact, begin
from tenantpilot.artifacts.models import Artifact, ArtifactChunk
from tenantpilot.artifacts.reading import ArtifactFile, UploadUnreadable, stream
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import UPLOADS, Purpose
from tenantpilot.artifacts.uploads import UNCLAIMED_FOR, discard_upload, discard_uploads, sealed_with
from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.portable.services import forget_keys, start_import
from tenantpilot.backups.portable.transfer_keys import TransferKey
from tenantpilot.cli.install import new_sealing_key
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.library.services import Upload, library_of
from tenantpilot.versions.library.services import start_import as start_library_import

PASSPHRASE = "correct horse battery staple"
NO_ARCHIVE = b"age-encryption.org/v1\nnothing that opens"


@pytest.fixture
def bring(contoso, alice, now):
    def start(person=alice, content: bytes = NO_ARCHIVE):
        facts = {"name": "set.zip.age", "parts": [content], "key": PASSPHRASE, "now": now}
        return start_import(tenant=contoso, initiator=person, **facts)

    return start


def left() -> tuple[int, int, int]:
    """The uploads that are not gone, the pieces of uploads, and the keys."""
    return (
        Artifact.everywhere.exclude(state="gone").count(),
        ArtifactChunk.objects.count(),
        TransferKey.everywhere.count(),
    )


def test_an_import_that_fails_leaves_neither_upload_nor_key(bring):
    started = bring()
    assert left() == (1, 1, 1)
    Runner().execute(started.run.pk)
    assert OperationRun.everywhere.get().outcome == "failed"
    assert left() == (0, 0, 0)
    assert AuditLog.objects.filter(action="artifact.removed").count() == 1


def test_the_upload_of_who_joins_an_import_goes_at_once(bring, bob):
    assert isinstance(bring(), Started)
    assert isinstance(bring(bob), AlreadyActive)
    assert left() == (1, 1, 1)


def test_an_import_that_the_queue_refuses_leaves_its_run_alone(bring, monkeypatch):
    def refuse(self, *arguments, **words):
        raise ConnectionError

    monkeypatch.setattr(type(OperationRunService()._dispatcher), "dispatch", refuse)
    with pytest.raises(DispatchFailed) as refused:
        bring()
    assert OperationRun.everywhere.get().pk == refused.value.run.pk
    assert left() == (0, 0, 0)


def test_an_import_cancelled_in_the_queue_is_cleaned_up_next(bring, alice, now):
    run = bring().run
    assert (discard_uploads(now=now + timedelta(days=1)), forget_keys(now=now + timedelta(days=1))) == (0, 0)
    OperationRunService().request_cancel(run, actor=alice, now=now)
    assert (discard_uploads(now=now), forget_keys(now=now)) == (1, 1)
    assert left() == (0, 0, 0)


def test_an_upload_that_no_run_asked_for_goes_after_a_while(contoso, alice, now):
    new = NewArtifact(contoso.workspace_id, alice, Purpose.LIBRARY_UPLOAD, "policies.zip", tenant=contoso)
    keep_file(new, [b"whole"], now=now)
    begin(new, now=now)
    assert discard_uploads(now=now + UNCLAIMED_FOR / 2) == 0
    assert discard_uploads(now=now + UNCLAIMED_FOR) == 2
    assert ArtifactChunk.objects.count() == 0


def test_an_upload_that_breaks_off_leaves_nothing(contoso, alice, now):
    def parts():
        yield b"x" * 600_000
        raise ConnectionResetError

    new = NewArtifact(contoso.workspace_id, alice, Purpose.BACKUP_IMPORT, "set.zip.age", tenant=contoso)
    with pytest.raises(ConnectionResetError):
        keep_file(new, parts(), now=now)
    assert left() == (0, 0, 0)


def test_exports_stay_when_uploads_are_cleaned_up(contoso, alice, now):
    keep_file(NewArtifact(contoso.workspace_id, alice, Purpose.BACKUP_EXPORT, "a.zip.age"), [b"x"], now=now)
    assert discard_uploads(now=now + timedelta(days=9)) == 0
    assert left() == (1, 1, 0)


CANARY = b"canary-of-an-upload-5k1"


@pytest.fixture
def upload(contoso, alice, now):
    """Keep a file of some chunks, each with the canary."""

    def keep(purpose=Purpose.LIBRARY_UPLOAD, content=CANARY * 60_000):
        return keep_file(NewArtifact(contoso.workspace_id, alice, purpose, "policies.zip"), [content], now=now)

    return keep


@pytest.mark.parametrize("purpose", UPLOADS)
def test_an_upload_is_sealed_at_rest_and_read_back(upload, purpose):
    artifact = upload(purpose)
    chunks = list(ArtifactChunk.objects.filter(artifact=artifact).values_list("data", flat=True))
    assert len(chunks) == 3
    assert not any(CANARY in bytes(chunk) for chunk in chunks)
    assert b"".join(stream(artifact)) == CANARY * 60_000
    file = io.BufferedReader(ArtifactFile(artifact))
    file.seek(artifact.chunk_bytes - 5)
    assert file.read(10) == (CANARY * 60_000)[artifact.chunk_bytes - 5 : artifact.chunk_bytes + 5]


def test_a_file_to_download_is_stored_as_it_is(upload):
    artifact = upload(Purpose.BACKUP_EXPORT, b"plain")
    assert (artifact.key_id, bytes(ArtifactChunk.objects.get().data)) == ("", b"plain")


def test_a_sealed_chunk_opens_in_its_own_file_alone(upload):
    first, second = upload(), upload()
    first.pk = second.pk
    assert b"".join(stream(first)) == CANARY * 60_000, "the chunks of the second file"
    first.workspace_id += 1
    with pytest.raises(UploadUnreadable):
        list(stream(first))


def test_an_import_whose_key_is_lost_says_so(bring, settings):
    started = bring()
    settings.SEALING_KEYS = [new_sealing_key()]
    Runner().execute(started.run.pk)
    run = OperationRun.everywhere.get()
    assert (run.outcome, run.reason_code) == ("failed", "upload_unreadable")
    assert left() == (0, 0, 0)


def test_an_import_whose_upload_has_expired_says_so(bring, now):
    run = bring().run
    discard_upload(run.inputs["artifact"], now=now)
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("failed", "archive_gone")


@pytest.mark.parametrize("change", ["a lost key", "a changed chunk"])
def test_a_library_import_that_cannot_read_its_upload_says_so(contoso, alice, settings, monkeypatch, change):
    now = timezone.now()
    library = library_of(contoso.workspace, "Baseline", actor=alice, now=now)
    run = start_library_import(library, Upload("policies.zip", [CANARY * 60_000]), initiator=alice, now=now).run
    if change == "a lost key":
        settings.SEALING_KEYS = [new_sealing_key()]
    else:
        monkeypatch.setattr(Artifact, "place_of", lambda artifact, n: "elsewhere")
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.reason_code) == ("failed", "upload_unreadable")
    assert left() == (0, 0, 0)


def test_a_key_that_an_upload_needs_is_counted(upload, now):
    artifact = upload()
    assert (sealed_with(artifact.key_id), sealed_with("another")) == (1, 0)
    discard_upload(artifact.pk, now=now)
    assert sealed_with(artifact.key_id) == 0


def test_uploads_in_use_hide_none_behind_them(bring, contoso, alice, now, monkeypatch):
    monkeypatch.setattr("tenantpilot.artifacts.uploads.AT_MOST", 1)
    bring()
    keep_file(
        NewArtifact(contoso.workspace_id, alice, Purpose.LIBRARY_UPLOAD, "a.zip", tenant=contoso), [b"x"], now=now
    )
    key = TransferKey.everywhere.get()
    TransferKey.everywhere.bulk_create([copy_of(key)])
    later = now + UNCLAIMED_FOR
    assert (discard_uploads(now=later), forget_keys(now=later)) == (1, 1)
    assert TransferKey.everywhere.get() == key


def copy_of(key):
    values = {
        field.attname: getattr(key, field.attname) for field in key._meta.concrete_fields if not field.primary_key
    }
    return TransferKey(**values)
