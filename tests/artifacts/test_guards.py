"""The database keeps the rules of artifacts by itself, whoever writes: on both engines."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tenantpilot.artifacts.building import ArtifactWriter, NewArtifact, begin
from tenantpilot.artifacts.models import CHUNK_BYTES, Artifact, ArtifactChunk
from tenantpilot.artifacts.states import MOVES, ArtifactState, Purpose
from tests.artifacts.kit import made


def refused(**changes):
    with pytest.raises(DatabaseError), transaction.atomic():
        Artifact.everywhere.update(**changes)
    return True


@pytest.fixture
def building(contoso, alice, now):
    return begin(NewArtifact(contoso.workspace_id, alice, Purpose.POLICY_EXPORT, "a.zip", contoso), now=now)


def in_state(state, artifact, now):
    """Bring the artifact there by legal moves."""
    if state is not ArtifactState.BUILDING:
        with transaction.atomic():
            ArtifactWriter(artifact).seal(now=now)
    for step in (ArtifactState.EXPIRED, ArtifactState.GONE):
        if state in (step, ArtifactState.GONE) and state is not ArtifactState.READY:
            Artifact.everywhere.filter(pk=artifact.pk).exclude(state=state).update(state=step)


@pytest.mark.parametrize("state", list(ArtifactState))
def test_an_artifact_makes_only_the_moves_of_the_table(building, now, state):
    in_state(state, building, now)
    assert Artifact.everywhere.get().state == state
    whole = {"sha256": "0" * 64, "bytes": 0, "ready_at": now} if state is ArtifactState.BUILDING else {}
    for target in ArtifactState:
        if target in MOVES[state] or target is state:
            with transaction.atomic():
                Artifact.everywhere.update(state=target, **whole)
                transaction.set_rollback(True)
        else:
            assert refused(state=target)


def test_a_ready_artifact_has_a_hash_and_all_its_bytes(building, now):
    assert refused(state=ArtifactState.READY)
    assert refused(state=ArtifactState.READY, sha256="0" * 64, bytes=7, ready_at=now)


def test_an_artifact_begins_as_being_built(contoso, alice, now):
    whole = {"sha256": "0" * 64, "bytes": 0, "ready_at": now, "state": "ready"}
    with pytest.raises(DatabaseError), transaction.atomic():
        Artifact.everywhere.create(
            workspace_id=contoso.workspace_id, owner=alice, purpose="policy_export", name="x", created_at=now,
            expires_at=now + timedelta(days=1), **whole,
        )  # fmt: skip


def test_what_an_artifact_is_never_changes(contoso, alice, bob, now):
    made(contoso, alice, b"content", now)
    assert refused(owner=bob)
    assert refused(name="other.zip")
    assert refused(sha256="0" * 64)
    assert refused(expires_at=now + timedelta(days=99))


def test_chunks_are_added_only_while_it_is_built(contoso, alice, now):
    artifact = made(contoso, alice, b"content", now)
    with pytest.raises(DatabaseError), transaction.atomic():
        ArtifactChunk.objects.create(artifact=artifact, n=1, data=b"more")
    with pytest.raises(DatabaseError), transaction.atomic():
        ArtifactChunk.objects.update(data=b"other")


def test_a_chunk_holds_at_most_512_kilobytes(building):
    ArtifactChunk.objects.create(artifact=building, n=0, data=bytes(CHUNK_BYTES))
    with pytest.raises(DatabaseError), transaction.atomic():
        ArtifactChunk.objects.create(artifact=building, n=1, data=bytes(CHUNK_BYTES + 1))
