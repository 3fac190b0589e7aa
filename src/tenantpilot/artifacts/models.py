"""Artifacts and their chunks. Web and workers may have different disks, so the database holds the bytes."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from tenantpilot.artifacts.states import WHOLE, ArtifactState, Purpose
from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.sealing import SEAL_BYTES

CHUNK_BYTES = 512 * 1024


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    """Questions about artifacts."""

    def owned_by(self, person: User) -> "ArtifactQuerySet":
        return self.filter(owner=person)

    def for_purpose(self, purpose: Purpose) -> "ArtifactQuerySet":
        return self.filter(purpose=purpose)

    def newest_first(self) -> "ArtifactQuerySet":
        return self.order_by("-created_at", "-pk")

    def ready(self) -> "ArtifactQuerySet":
        return self.filter(state=ArtifactState.READY)

    def over(self, *, now: datetime) -> "ArtifactQuerySet":
        """Return those whose chunks nobody needs any more: their time is up, or nothing builds them."""
        abandoned = Q(state=ArtifactState.BUILDING, expires_at__lte=now)
        return self.filter(Q(state__in=WHOLE, expires_at__lte=now) | abandoned)


class Artifact(WorkspaceOwned):
    """A file. Only its owner downloads it, until it expires. `tenant` is empty for a file of the whole workspace.

    `key_id` names the key that seals its chunks, if one does. `bytes` and `sha256` are those of the plain file.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, related_name="artifacts")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="artifacts")
    purpose = models.CharField(max_length=32, choices=Purpose.choices)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=ArtifactState.choices, default=ArtifactState.BUILDING)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    key_id = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[ArtifactQuerySet] = scoped(ArtifactQuerySet)
    everywhere: ClassVar[ArtifactQuerySet] = unscoped(ArtifactQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "artifacts"
        constraints = [
            models.UniqueConstraint(
                fields=["run"],
                condition=Q(run__isnull=False) & ~Q(state=ArtifactState.GONE),
                name="artifact_one_a_run",
            ),
            models.CheckConstraint(condition=Q(state__in=ArtifactState.values), name="artifact_state_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="artifact_purpose_known"),
            models.CheckConstraint(
                condition=~Q(state__in=WHOLE) | (Q(bytes__isnull=False, ready_at__isnull=False) & ~Q(sha256="")),
                name="artifact_ready_is_whole",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="artifact_expires_later"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="artifact_by_owner_ix"),
            models.Index(fields=["expires_at"], condition=~Q(state=ArtifactState.GONE), name="artifact_by_expiry_ix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def chunk_bytes(self) -> int:
        """Return the number of bytes of the file in each chunk but the last."""
        return CHUNK_BYTES - SEAL_BYTES if self.key_id else CHUNK_BYTES

    def place_of(self, n: int) -> str:
        """Return the place that a sealed chunk is bound to: it opens in no other file, and at no other place."""
        return f"{self.workspace_id}|{self.pk}|artifact chunk|{n}"

    def state_at(self, now: datetime) -> ArtifactState:
        """Return the state for people: a file whose time is up has expired, also before it was removed."""
        if self.state == ArtifactState.READY and self.expires_at <= now:
            return ArtifactState.EXPIRED
        return ArtifactState(self.state)


class ArtifactChunk(models.Model):
    """A part of an artifact. `n` counts from 0."""

    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    n = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "artifact_chunks"
        constraints = [
            models.UniqueConstraint(fields=["artifact", "n"], name="artifact_chunk_once"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("data"), CHUNK_BYTES), name="artifact_chunk_size"),
        ]

    def __str__(self) -> str:
        return f"chunk {self.n} of artifact {self.artifact_id}"
