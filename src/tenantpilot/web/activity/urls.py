"""Addresses of the widget of active operations."""

from django.urls import URLPattern, path

from tenantpilot.web.activity import views

workspace_plane: list[URLPattern] = [
    path("activity/", views.activity, name="activity"),
]
