"""Addresses of the groups."""

from django.urls import URLPattern, path

from tenantpilot.web.groups import views

tenant_plane: list[URLPattern] = [
    path("groups/", views.groups, name="groups"),
    path("groups/syncs/", views.start_sync, name="start-group-sync"),
    path("groups/<int:group_id>/", views.group, name="group"),
]
