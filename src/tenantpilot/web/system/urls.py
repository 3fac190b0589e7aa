"""Addresses of the platform's health."""

from django.urls import URLPattern, path

from tenantpilot.web.system import arrival, views

platform_plane: list[URLPattern] = [
    path("system/", views.system_health, name="system-health"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("arrival", arrival.arrival, name="arrival"),
]
