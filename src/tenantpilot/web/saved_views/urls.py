"""Addresses of the saved views, the same on both planes."""

from django.urls import URLPattern, path

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

tenant_plane: list[URLPattern] = [
    path(f"operations/{place}", views.in_tenant(view, "operations"), name=name) for place, name, view in _VIEWS
]
workspace_plane: list[URLPattern] = [
    path(
        f"operations/{place}",
        views.across_tenants(view, "workspace-operations"),
        name=f"workspace-{name}",
    )
    for place, name, view in _VIEWS
]
