"""Words for why a version is not written back in full."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.graph.contracts.restoring import Reason

RESTORABLE_REASONS: dict[str, str | Promise] = {
    Reason.CONTENT_MISSING: _("Microsoft does not give its content back, such as an installer or an ADMX file."),
    Reason.SYNCED: _("It comes from another service, which would write over it."),
    Reason.UPLOADED_DEFINITIONS: _("It uses an uploaded ADMX file, whose ids differ from tenant to tenant."),
    Reason.MEMBERS_MISSING: _("Its members are not kept, so it would come back empty."),
    Reason.GIVES_POWER: _("It gives people rights."),
    Reason.CANNOT_REMOVE: _("Microsoft has no request that removes what it holds too much."),
    Reason.SHARED_ORDER: _("Its priority depends on all objects of its type."),
    Reason.BOUND_TO_TOKEN: _("It belongs to a token, which is a secret."),
    Reason.WHOLE_TENANT: _("It concerns every device of the tenant at once."),
    Reason.READ_ONLY: _("Nobody can write it."),
    Reason.DELIVERED: _("Microsoft delivers it: it can be changed and not created."),
}


def restorable_words(reason: str) -> str:
    """Return the words of a reason; one that is not known reads as its key, none as nothing."""
    return str(RESTORABLE_REASONS.get(reason, reason.replace("_", " ").capitalize()))
