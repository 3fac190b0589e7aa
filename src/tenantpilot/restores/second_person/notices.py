"""Notifications about requests for a second person. None of them speaks of an operation (OPS-24)."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from tenantpilot.operations.models import Notification
from tenantpilot.operations.notices import mark_read, store_notice
from tenantpilot.operations.presenter import NotificationText, register_words
from tenantpilot.restores.second_person.models import ApprovalRequest
from tenantpilot.tenancy.models import User

WANTED, REFUSED = "restore_approval_wanted", "restore_approval_refused"


def notify_of_request(request: ApprovalRequest, approvers: Iterable[User], *, now: datetime) -> None:
    """Notify everybody who may approve. Call it in the transaction of the request."""
    for person in approvers:
        store_notice(WANTED, recipient=person, tenant=request.restore_run.tenant, data=_facts(request), now=now)


def notify_of_refusal(request: ApprovalRequest, *, now: datetime) -> None:
    """Notify the person who asked. Call it in the transaction of the refusal."""
    tenant = request.restore_run.tenant
    store_notice(REFUSED, recipient=request.requested_by, tenant=tenant, data=_facts(request), now=now)


def settle_notices(request: ApprovalRequest, *, now: datetime) -> None:
    """Mark as read what waited for a decision, for everybody who was asked: there is nothing to decide any more."""
    restore = request.restore_run
    notifications = Notification.everywhere.filter(kind=WANTED, tenant=restore.tenant_id, data__restore=restore.pk)
    mark_read(notifications, now=now)


def reopen_notices(restore_id: int) -> None:
    """Mark as unread what waits for a decision again. Call it in the transaction of the request."""
    Notification.everywhere.filter(kind=WANTED, data__restore=restore_id).update(read_at=None)


def _facts(request: ApprovalRequest) -> dict[str, object]:
    """Return the facts that words are made of: keys alone, and no name of a person (OPS-12)."""
    return {"restore": request.restore_run_id}


@register_words(WANTED)
def _wanted(notification: Notification) -> NotificationText:
    body = _("Another person asks for it. It is written only if you approve what the preview shows.")
    return NotificationText(_("A restore waits for your approval"), body, _("View restore"), _address(notification), "")


@register_words(REFUSED)
def _refused(notification: Notification) -> NotificationText:
    body = _("Nothing was written. The reason stands on the page of the restore.")
    return NotificationText(_("Your restore was not approved"), body, _("View restore"), _address(notification), "")


def _address(notification: Notification) -> str:
    if notification.tenant is None:
        return ""
    return reverse("restore", args=[notification.tenant.slug, int(notification.data.get("restore", 0))])
