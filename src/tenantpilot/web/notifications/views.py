"""The bell's panel and the page of notifications (UX-68)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.operations.notices import mark_read, notices, visible_to
from tenantpilot.web.frame.access import SignedInRequest, WorkspaceRequest, workspace_plane
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.notifications.tables import NOTIFICATIONS
from tenantpilot.web.ui.tables.listing import listing

LATEST = 10


@require_GET
@workspace_plane
def notification_list(request: WorkspaceRequest) -> HttpResponse:
    """Return all of them, newest first."""
    return listing(
        request, NOTIFICATIONS, visible_to(request.user), "web/notifications/page.html", {"heading": _("Notifications")}
    )


@require_GET
@workspace_plane
def panel(request: WorkspaceRequest) -> HttpResponse:
    """Return the latest ten. Opening it marks nothing as read."""
    return _panel(request)


@require_GET
@workspace_plane
def follow(request: WorkspaceRequest, notification_id: int) -> HttpResponse:
    """Mark it as read and go where it leads."""
    notification = get_object_or_404(visible_to(request.user), pk=notification_id)
    mark_read(visible_to(request.user).filter(pk=notification.pk), now=timezone.now())
    return redirect(notices([notification])[0].text.url or reverse("notifications"))


@require_POST
@workspace_plane
def mark(request: WorkspaceRequest, notification_id: int) -> HttpResponse:
    """Mark one as read, and stay."""
    notification = get_object_or_404(visible_to(request.user), pk=notification_id)
    mark_read(visible_to(request.user).filter(pk=notification.pk), now=timezone.now())
    return _after_marking(request)


@require_POST
@workspace_plane
def mark_all(request: WorkspaceRequest) -> HttpResponse:
    """Mark all as read, and stay."""
    mark_read(visible_to(request.user), now=timezone.now())
    return _after_marking(request)


def _after_marking(request: WorkspaceRequest) -> HttpResponse:
    return _panel(request) if request.htmx else redirect(page_before(request, otherwise=reverse("notifications")))


def _panel(request: SignedInRequest) -> HttpResponse:
    latest = notices(visible_to(request.user).newest_first()[:LATEST])
    return render(request, "web/notifications/panel.html", {"notices": latest})
