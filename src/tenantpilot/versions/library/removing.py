"""Removing libraries: one that people no longer want, and one that its first import left empty."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from tenantpilot.artifacts.uploads import AT_MOST, UNCLAIMED_FOR
from tenantpilot.audit import services as audit
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import User
from tenantpilot.versions.audit_actions import LIBRARY_REMOVED
from tenantpilot.versions.library.models import Library, LibraryPolicy, LibraryRevision
from tenantpilot.versions.library.operations import POLICY_IMPORT
from tenantpilot.versions.library.states import RevisionState


class LibraryInUse(TenantPilotError):
    """An import into the library is under way."""


@dataclass(frozen=True)
class Content:
    """The numbers of what goes with a library."""

    revisions: int
    policies: int


def content_of_library(library: Library) -> Content:
    """Return the number of the library's revisions, and of the policies in all of them."""
    revisions = LibraryRevision.everywhere.filter(library=library)
    return Content(revisions.count(), LibraryPolicy.everywhere.filter(revision__in=revisions).count())


def remove_library(library: Library, *, actor: User | None, now: datetime) -> Content:
    """Remove the library with all its revisions, and return what went. Raises LibraryInUse.

    The payloads stay until the daily sweep, which removes those that nothing else uses.
    """
    with transaction.atomic():
        held = Library.everywhere.select_for_update().get(pk=library.pk)
        if _has_active_import(held):
            raise LibraryInUse(f"An import into {held.name} is under way. Wait for its end, or cancel it.")
        content = content_of_library(held)
        _remove(held, content, actor=actor, now=now)
    return content


def discard_unfinished(run_id: int) -> None:
    """Remove the revision of an import that has ended without making it whole."""
    with transaction.atomic():
        unfinished = LibraryRevision.everywhere.filter(run=run_id, state=RevisionState.BUILDING)
        LibraryPolicy.everywhere.filter(revision__in=unfinished).delete()
        unfinished.delete()


def discard_if_empty(library_id: int, *, by: int | None = None, actor: User | None, now: datetime) -> bool:
    """Remove a library that no import has filled and none but the run `by` is filling. Return True if it went."""
    with transaction.atomic():
        library = Library.everywhere.filter(pk=library_id).select_for_update().first()
        if library is None or library.current() is not None or _has_active_import(library, but=by):
            return False
        _remove(library, Content(0, 0), actor=actor, now=now)
    return True


def discard_abandoned(*, now: datetime) -> int:
    """Remove the libraries that were never filled: their first import was cancelled, or its worker died."""
    filled = LibraryRevision.everywhere.filter(library=OuterRef("pk"), state=RevisionState.READY)
    old = Library.everywhere.filter(~Exists(filled), created_at__lte=now - UNCLAIMED_FOR).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:AT_MOST])
    return sum(discard_if_empty(key, actor=None, now=now) for key in keys)


def _has_active_import(library: Library, *, but: int | None = None) -> bool:
    runs = OperationRun.everywhere.active().filter(type=POLICY_IMPORT.key, inputs__library=library.pk)
    return bool(runs.exclude(pk=but or 0).exists())


def _remove(library: Library, content: Content, *, actor: User | None, now: datetime) -> None:
    audit.record(
        LIBRARY_REMOVED,
        workspace_id=library.workspace_id,
        actor=actor,
        target_type="library",
        target_id=library.pk,
        before={"name": library.name, "revisions": content.revisions, "policies": content.policies},
        at=now,
    )
    LibraryPolicy.everywhere.filter(revision__library=library).delete()
    LibraryRevision.everywhere.filter(library=library).delete()
    library.delete()
