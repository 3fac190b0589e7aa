"""Addresses of a tenant's overview."""

from django.urls import URLPattern, path

from tenantpilot.web.overview import views

tenant_plane: list[URLPattern] = [
    path("", views.tenant_overview, name="tenant-overview"),
]
