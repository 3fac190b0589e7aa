"""The values that the columns of the directory take, and the moves of a cursor."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class GroupKind(TextChoices):
    """The kinds of groups that administrators tell apart."""

    SECURITY = "security", _("Security")
    MICROSOFT_365 = "microsoft365", _("Microsoft 365")
    MAIL_SECURITY = "mail_security", _("Mail-enabled security")
    DISTRIBUTION = "distribution", _("Distribution list")


class Phase(TextChoices):
    """The progress of reading a tenant's groups: not begun, partly, wholly, or anew from the beginning."""

    NONE = "none", _("Never synced")
    INITIAL = "initial", _("First sync under way")
    CURRENT = "current", _("Synced")
    RESYNC = "resync", _("Full sync under way")


MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.NONE: frozenset({Phase.INITIAL}),
    Phase.INITIAL: frozenset({Phase.CURRENT}),
    Phase.CURRENT: frozenset({Phase.RESYNC}),
    Phase.RESYNC: frozenset({Phase.CURRENT}),
}
