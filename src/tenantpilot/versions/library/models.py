"""Libraries, their revisions and the policies in them. An import adds a revision, and alters none.

The database keeps the rules (`guards`): policies are added only while their revision is built, and never altered.
"""

from typing import ClassVar

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import User
from tenantpilot.versions.library.states import RevisionState

LONGEST_KEY = 200


class LibraryQuerySet(models.QuerySet["Library"]):
    """Questions about libraries."""

    def with_current(self) -> "LibraryQuerySet":
        """Annotate `current_id`, the key of the newest revision that is ready."""
        ready = LibraryRevision.everywhere.filter(library=OuterRef("pk"), state=RevisionState.READY)
        return self.annotate(current_id=Subquery(ready.order_by("-number").values("pk")[:1]))


class Library(WorkspaceOwned):
    """A named collection of policies of a workspace."""

    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[LibraryQuerySet] = scoped(LibraryQuerySet)
    everywhere: ClassVar[LibraryQuerySet] = unscoped(LibraryQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "libraries"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="library_name_once")]

    def __str__(self) -> str:
        return self.name

    def current(self) -> "LibraryRevision | None":
        """Return the newest revision that is ready."""
        ready = LibraryRevision.everywhere.filter(library=self, state=RevisionState.READY)
        revision: LibraryRevision | None = ready.order_by("-number").first()
        return revision


class LibraryRevision(WorkspaceOwned):
    """An import into a library: the whole of its content from then on."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=RevisionState.choices, default=RevisionState.BUILDING)
    source_name = models.CharField(max_length=200)
    archive_sha256 = models.CharField(max_length=64)
    run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    objects: ClassVar[models.QuerySet["LibraryRevision"]] = scoped(models.QuerySet["LibraryRevision"])
    everywhere: ClassVar[models.QuerySet["LibraryRevision"]] = unscoped(models.QuerySet["LibraryRevision"])

    class Meta(WorkspaceOwned.Meta):
        db_table = "library_revisions"
        constraints = [
            models.UniqueConstraint(fields=["library", "number"], name="library_revision_once"),
            models.UniqueConstraint(fields=["run"], condition=Q(run__isnull=False), name="library_revision_one_a_run"),
            models.CheckConstraint(condition=Q(state__in=RevisionState.values), name="library_revision_state_known"),
            models.CheckConstraint(
                condition=Q(state=RevisionState.READY, ready_at__isnull=False)
                | Q(state=RevisionState.BUILDING, ready_at=None),
                name="library_revision_ready_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of library {self.library_id}"


class LibraryPolicy(WorkspaceOwned):
    """A policy of a revision. `key` is its id in the source, or its name where a file gives no id."""

    revision = models.ForeignKey(LibraryRevision, on_delete=models.CASCADE, related_name="policies")
    type = models.CharField(max_length=64)
    key = models.CharField(max_length=LONGEST_KEY)
    name = models.CharField(max_length=512)
    source_file = models.CharField(max_length=300)
    form_hash = models.CharField(max_length=64)
    secrets_masked = models.PositiveIntegerField(default=0)
    payload = models.ForeignKey("versions.Payload", on_delete=models.PROTECT, related_name="library_policies")

    objects: ClassVar[models.QuerySet["LibraryPolicy"]] = scoped(models.QuerySet["LibraryPolicy"])
    everywhere: ClassVar[models.QuerySet["LibraryPolicy"]] = unscoped(models.QuerySet["LibraryPolicy"])

    class Meta(WorkspaceOwned.Meta):
        db_table = "library_policies"
        constraints = [
            models.UniqueConstraint(fields=["revision", "type", "key"], name="library_policy_once"),
        ]
        indexes = [models.Index(fields=["revision", "name", "id"], name="library_policy_by_name_ix")]

    def __str__(self) -> str:
        return self.name
