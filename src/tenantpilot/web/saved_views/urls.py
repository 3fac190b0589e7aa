"""Addresses of the saved views, the same for each list and on both planes."""

from django.urls import URLPattern, path

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.saved_views import views

_VIEWS: list[tuple[str, str, views.View]] = [
    ("views/", "saved-views", views.saved_views),
    ("views/new/", "create-saved-view", views.create_saved_view),
    ("views/<int:view_id>/", "saved-view", views.saved_view),
    ("views/<int:view_id>/name/", "rename-saved-view", views.rename_saved_view),
    ("views/<int:view_id>/sharing/", "share-saved-view", views.share_saved_view),
    ("views/<int:view_id>/privacy/", "unshare-saved-view", views.unshare_saved_view),
    ("views/<int:view_id>/deletion/", "delete-saved-view", views.delete_saved_view),
]


def _in_tenant(before: str, table: str, capability: Capability, prefix: str) -> list[URLPattern]:
    """Return the addresses of the views of a list; `table` is the name of the table that offered itself."""
    return [
        path(f"{before}{place}", views.in_tenant(view, table, capability), name=f"{prefix}{name}")
        for place, name, view in _VIEWS
    ]


tenant_plane: list[URLPattern] = [
    *_in_tenant("operations/", "runs", Capability.OPERATIONS_VIEW, ""),
    *_in_tenant("inventory/", "policies", Capability.INVENTORY_VIEW, "policy-"),
]


def _across(before: str, table: str, prefix: str) -> list[URLPattern]:
    """Return the addresses of the views of a list on the workspace plane."""
    return [
        path(f"{before}{place}", views.across_tenants(view, table), name=f"workspace-{prefix}{name}")
        for place, name, view in _VIEWS
    ]


workspace_plane: list[URLPattern] = [
    *_across("operations/", "workspace-runs", ""),
    *_across("tenants/", "tenants", "tenant-"),
]
