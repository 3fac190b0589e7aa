"""Addresses of a person's files."""

from django.urls import URLPattern, path

from tenantpilot.web.files import views

workspace_plane: list[URLPattern] = [
    path("exports/", views.files, name="files"),
    path("exports/<int:artifact_id>/", views.download, name="download-file"),
]
