"""Addresses of a workspace's tenants."""

from django.urls import URLPattern, path

from tenantpilot.web.workspace import views

workspace_plane: list[URLPattern] = [
    path("", views.workspace, name="workspace"),
    path("tenants/", views.tenant_switcher, name="tenant-switcher"),
]
