"""Addresses of the audit log."""

from django.urls import URLPattern, path

from tenantpilot.web.audit import views

tenant_plane: list[URLPattern] = [
    path("audit/", views.tenant_audit, name="tenant-audit"),
]
platform_plane: list[URLPattern] = [
    path("system/audit/", views.system_audit, name="system-audit"),
]
workspace_plane: list[URLPattern] = [
    path("audit/", views.workspace_audit, name="workspace-audit"),
]
