"""An upload is gone as soon as its run has ended, whatever came of it: it may hold secrets that are not sealed."""

from datetime import timedelta

import pytest

from tenantpilot.artifacts.building import NewArtifact, begin
from tenantpilot.artifacts.models import Artifact, ArtifactChunk
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.artifacts.uploads import UNCLAIMED_FOR, discard_uploads
from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.portable.services import forget_keys, start_import
from tenantpilot.backups.portable.transfer_keys import TransferKey
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner

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
