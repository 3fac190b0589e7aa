"""Addresses of the search by setting."""

from django.urls import URLPattern, path

from tenantpilot.web.settings_search import views

workspace_plane: list[URLPattern] = [
    path("settings-search/", views.search, name="settings-search"),
    path("settings-search/<int:definition_id>/", views.values, name="setting-values"),
]
tenant_plane: list[URLPattern] = [
    path("settings-search/", views.search_in_tenant, name="tenant-settings-search"),
    path("conflicts/", views.conflicts, name="conflicts"),
]
