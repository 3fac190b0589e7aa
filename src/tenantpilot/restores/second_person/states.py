"""The states of a request for a second person."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RequestState(TextChoices):
    """A request that waits is decided once. One whose run could not be started waits again."""

    WAITING = "waiting", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")
    VOID = "void", _("Void: the restore is not as it was shown")


DECIDED = (RequestState.APPROVED, RequestState.REFUSED)
