"""Addresses of the tenants' own settings."""

from django.urls import URLPattern, path

from tenantpilot.web.tenants import emergency, views

workspace_plane: list[URLPattern] = [
    path("tenants/new/", views.add_tenant, name="add-tenant"),
]
tenant_plane: list[URLPattern] = [
    path("settings/", views.tenant_settings, name="tenant-settings"),
    path("settings/name/", views.rename_tenant, name="rename-tenant"),
    path("settings/restores/", views.switch_restores, name="switch-restores"),
    path("settings/emergency-accounts/", emergency.emergency_accounts_page, name="emergency-accounts"),
    path("settings/archive/", views.archive_tenant, name="archive-tenant"),
    path("settings/return/", views.bring_tenant_back, name="bring-tenant-back"),
    path("settings/removal/", views.remove_tenant, name="remove-tenant"),
]
