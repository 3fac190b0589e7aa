"""The layouts of an export."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LayoutKey(TextChoices):
    """The tool whose folders and names of files an archive has."""

    INTUNECD = "intunecd", _("IntuneCD")
    INTUNEMANAGEMENT = "intunemanagement", _("IntuneManagement")
