"""The states of a revision of a library."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RevisionState(TextChoices):
    """An import builds a revision; once it is ready it takes the place of the one before."""

    BUILDING = "building", _("Being imported")
    READY = "ready", _("Ready")
