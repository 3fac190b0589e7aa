"""The states of an artifact and the moves between them. The database keeps them as well (`guards`)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ArtifactState(TextChoices):
    """The life of a file: chunks are added while it is built; a file that is gone has none."""

    BUILDING = "building", _("Being made")
    READY = "ready", _("Ready")
    EXPIRED = "expired", _("Expired")
    GONE = "gone", _("Removed")


MOVES: dict[ArtifactState, frozenset[ArtifactState]] = {
    ArtifactState.BUILDING: frozenset({ArtifactState.READY, ArtifactState.GONE}),
    ArtifactState.READY: frozenset({ArtifactState.EXPIRED}),
    ArtifactState.EXPIRED: frozenset({ArtifactState.GONE}),
    ArtifactState.GONE: frozenset(),
}
WHOLE = (ArtifactState.READY, ArtifactState.EXPIRED)
"""States in which the content is known whole."""


class Purpose(TextChoices):
    """The reason why a file is there."""

    POLICY_EXPORT = "policy_export", _("Export of policies")
    BACKUP_EXPORT = "backup_export", _("Export of a backup set")
    BACKUP_IMPORT = "backup_import", _("Upload of a backup set")
    LIBRARY_UPLOAD = "library_upload", _("Upload for the library")


UPLOADS = (Purpose.BACKUP_IMPORT, Purpose.LIBRARY_UPLOAD)
"""Files that people bring: they may hold secrets, so they are sealed and go as soon as nobody reads them."""
