"""Addresses of a workspace's tenants."""

from django.urls import URLPattern, path

from tenantpilot.web.workspace import syncing, views

workspace_plane: list[URLPattern] = [
    path("", views.workspace, name="workspace"),
    path("syncs/", syncing.sync_tenants, name="sync-tenants"),
    path("tenants/", views.tenant_switcher, name="tenant-switcher"),
]
