"""Addresses of the installation's workspaces."""

from django.urls import URLPattern, path

from tenantpilot.web.workspaces import views

platform_plane: list[URLPattern] = [
    path("system/workspaces/", views.workspaces, name="workspaces"),
    path("system/workspaces/new/", views.add_workspace, name="add-workspace"),
    path("system/workspaces/<int:workspace_id>/", views.workspace_settings, name="workspace-settings"),
    path("system/workspaces/<int:workspace_id>/name/", views.rename_workspace, name="rename-workspace"),
    path("system/workspaces/<int:workspace_id>/owner/", views.invite_owner, name="invite-owner"),
    path("system/workspaces/<int:workspace_id>/archive/", views.archive_workspace, name="archive-workspace"),
    path("system/workspaces/<int:workspace_id>/return/", views.bring_workspace_back, name="bring-workspace-back"),
    path("system/workspaces/<int:workspace_id>/removal/", views.remove_workspace, name="remove-workspace"),
]
