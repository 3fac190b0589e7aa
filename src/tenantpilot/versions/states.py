"""The values that a version's columns take."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Codec(TextChoices):
    """The compression of a payload's bytes."""

    ZLIB = "zlib", "zlib"
    PLAIN = "plain", "plain"


class Source(TextChoices):
    """The work that took a version."""

    CAPTURE = "capture", _("Capture")
    BACKUP = "backup", _("Backup")
    IMPORT = "import", _("Import")
    BEFORE_RESTORE = "before_restore", _("Before a restore")
    AFTER_RESTORE = "after_restore", _("After a restore")


class Change(TextChoices):
    """The kind of change since the version before."""

    FIRST = "first", _("First version")
    FORM = "form", _("Settings or assignments")
    SECRET = "secret", _("A secret alone")
    REPAIR = "repair", _("Nothing: the version before is damaged, and this one holds the policy again")


class Restorable(TextChoices):
    """The extent to which a version can be written back to the tenant."""

    YES = "yes", _("Restorable")
    SECRET_MISSING = "secret_missing", _("A secret is missing")
    CONTENT_MISSING = "content_missing", _("Its content is missing")
    PREVIEW_ONLY = "preview_only", _("Preview only")


class Confidence(TextChoices):
    """The confidence in the person who made the change."""

    UNKNOWN = "unknown", _("Not known")
    LIKELY = "likely", _("Likely")
    ONE_OF = "one_of", _("One of several people")


class Origin(TextChoices):
    """The places that a setting's key comes from."""

    CATALOG = "catalog", _("Settings catalog")
    TEMPLATE = "admx", _("Administrative template")
    INTENT = "intent", _("Endpoint security")
    OMA = "oma", _("OMA-URI")
    PROPERTY = "property", _("Property")
