"""Addresses of the statistics."""

from django.urls import URLPattern, path

from tenantpilot.web.statistics import views

tenant_plane: list[URLPattern] = [
    path("operations/statistics/", views.operation_statistics, name="operation-statistics"),
]
