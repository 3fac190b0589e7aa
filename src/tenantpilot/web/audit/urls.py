"""Addresses of the audit log."""

from django.urls import URLPattern, path

from tenantpilot.web.audit import views

tenant_plane: list[URLPattern] = [
    path("audit/", views.tenant_audit, name="tenant-audit"),
]
workspace_plane: list[URLPattern] = [
    path("audit/", views.workspace_audit, name="workspace-audit"),
]
