"""A person's notifications, with the presenter's words, and only of what the person may still see (SEC-02)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from tenantpilot.operations.models import Notification
from tenantpilot.operations.notifications import OperationRunCompleted
from tenantpilot.operations.presenter import NotificationText, OperationUxPresenter
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User, WorkspaceMember


@dataclass(frozen=True)
class Notice:
    """A notification as people read it."""

    notification: Notification
    text: NotificationText

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


def visible_to(person: User) -> Any:
    """Told to the person, about tenants and workspaces of which the person is still a member."""
    tenants = tenants_where(person, Capability.OPERATIONS_VIEW).values("pk")
    through = WorkspaceMember.everywhere.filter(user=person).values("workspace_id")
    about = Q(tenant__in=tenants) | Q(tenant=None, workspace__in=through)
    return (
        Notification.everywhere.of_person(person)
        .filter(about)
        .select_related("tenant", "run__tenant", "run__cancel_requested_by")
    )


def notices(rows: Any) -> list[Notice]:
    return [Notice(row, OperationUxPresenter.notification(row)) for row in rows]


def store_notice(kind: str, *, recipient: User, tenant: Tenant, data: dict[str, object], now: datetime) -> Notification:
    """Store a notification that is about no operation. Its words are registered for `kind`.

    Raises ValueError for the kind of the one notification about an operation, which the ending of a run stores.
    """
    if kind == OperationRunCompleted.KIND:
        raise ValueError("the ending of a run alone stores what is told of it")
    stored: Notification = Notification.everywhere.create(
        workspace_id=tenant.workspace_id, tenant=tenant, recipient=recipient, kind=kind, data=data, created_at=now
    )
    return stored


def mark_read(rows: Any, *, now: datetime) -> int:
    """Return the number of notifications that were unread."""
    return int(rows.unread().update(read_at=now))
