"""Mail with an invitation, where a mail server is set. The page shows the link in any case."""

import smtplib

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from tenantpilot.tenancy.links import Invitation

log = structlog.get_logger(__name__)


def mail_invitation(invitation: Invitation, link: str) -> bool:
    """Send the link to the address that is invited, and return whether the server took it. Call it after the commit."""
    if not settings.SENDS_MAIL:
        return False
    message = EmailMessage(
        subject=_("Your invitation to %(place)s") % {"place": _one_line(invitation.place)},
        body=_body(invitation, link),
        to=[invitation.email],
    )
    try:
        return bool(message.send())
    except (OSError, smtplib.SMTPException) as error:
        log.warning("invitation_not_mailed", invitation=invitation.pk, error=type(error).__name__)
        return False


def _body(invitation: Invitation, link: str) -> str:
    text = _(
        "You are invited to %(place)s in TenantPilot as %(role)s.\n\n"
        "Open this link to accept. It works once, for seven days:\n%(link)s\n"
    )
    return text % {"place": _one_line(invitation.place), "role": invitation.role_label, "link": link}


def _one_line(text: str) -> str:
    return " ".join(text.split())
