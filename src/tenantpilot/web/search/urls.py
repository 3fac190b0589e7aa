"""Addresses of the search."""

from django.urls import URLPattern, path

from tenantpilot.web.search import views

workspace_plane: list[URLPattern] = [
    path("search/", views.search, name="search"),
]
