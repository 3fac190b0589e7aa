"""Mail with a one-time link, where a mail server is set. The page shows the link in any case.

A link remembers when the server took its mail: no page says "sent" of a mail that was refused.
"""

import smtplib
from datetime import datetime

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from tenantpilot.tenancy.links import AccountLink, Invitation, OneTimeLink

log = structlog.get_logger(__name__)


def mail_invitation(invitation: Invitation, link: str, *, now: datetime) -> bool:
    """Send the link to the address that is invited. Return True if the server took it. Call it after the commit."""
    place = _one_line(invitation.place)
    subject = _("Your invitation to %(place)s") % {"place": place}
    text = _(
        "You are invited to %(place)s in TenantPilot as %(role)s.\n\n"
        "Open this link to accept. It works once, for seven days:\n%(link)s\n"
    )
    body = text % {"place": place, "role": invitation.role_label, "link": link}
    return _mail(invitation, EmailMessage(subject, body, to=[invitation.email]), now=now)


def mail_recovery(account_link: AccountLink, link: str, *, now: datetime) -> bool:
    """Send the link to the person's own address. Return True if the server took it. Call it after the commit."""
    text = _(
        "You can choose a new password for TenantPilot.\n\n"
        "Open this link. It works once, for 24 hours:\n%(link)s\n\n"
        "If you asked nobody for it, tell the owner of your workspace.\n"
    )
    to = [account_link.person.email] if account_link.person else []
    return _mail(account_link, EmailMessage(_("Your way back into TenantPilot"), text % {"link": link}, to=to), now=now)


def _mail(link: OneTimeLink, message: EmailMessage, *, now: datetime) -> bool:
    """Return True, and note it on the link, if the server took the mail."""
    if not settings.SENDS_MAIL:
        return False
    try:
        is_taken = bool(message.send())
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("link_not_mailed", table=link._meta.db_table, link=link.pk, error=type(error).__name__)
        return False
    if is_taken:
        type(link)._base_manager.filter(pk=link.pk).update(mailed_at=now)
    return is_taken


def _one_line(text: str) -> str:
    return " ".join(text.split())
