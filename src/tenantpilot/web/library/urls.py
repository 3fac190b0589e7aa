"""Addresses of the libraries."""

from django.urls import URLPattern, path

from tenantpilot.web.library import importing, removing, views

workspace_plane: list[URLPattern] = [
    path("library/", views.libraries, name="libraries"),
    path("library/imports/", importing.import_policies, name="import-policies"),
    path("library/<int:library_id>/", views.library, name="library"),
    path("library/<int:library_id>/deletion/", removing.delete_library, name="delete-library"),
    path("library/policies/<int:policy_id>/", views.library_policy, name="library-policy"),
]
