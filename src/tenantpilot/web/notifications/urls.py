"""Addresses of a person's notifications."""

from django.urls import URLPattern, path

from tenantpilot.web.notifications import views

workspace_plane: list[URLPattern] = [
    path("notifications/", views.notification_list, name="notifications"),
    path("notifications/latest/", views.panel, name="notifications-panel"),
    path("notifications/read/", views.mark_all, name="mark-all-notifications-read"),
    path("notifications/<int:notification_id>/", views.follow, name="notification"),
    path("notifications/<int:notification_id>/read/", views.mark, name="mark-notification-read"),
]
