"""Addresses of the way in."""

from django.urls import URLPattern, path

from tenantpilot.web.home import views

platform_plane: list[URLPattern] = [
    path("", views.home, name="home"),
    path("preferences/<slug:name>/", views.preference, name="preference"),
]
