"""Addresses of the policies."""

from django.urls import URLPattern, path

from tenantpilot.web.inventory import capturing, exporting, ignoring, views

tenant_plane: list[URLPattern] = [
    path("inventory/", views.inventory, name="inventory"),
    path("inventory/syncs/", views.start_inventory_sync, name="start-inventory-sync"),
    path("inventory/captures/", capturing.capture_policies, name="capture-policies"),
    path("inventory/exports/", exporting.export_policies, name="export-policies"),
    path("inventory/ignored/", ignoring.ignore_policies, name="ignore-policies"),
    path("inventory/unignored/", ignoring.unignore_policies, name="unignore-policies"),
    path("inventory/<int:policy_id>/", views.policy, name="policy"),
]
