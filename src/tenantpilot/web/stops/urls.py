"""Addresses of the switch."""

from django.urls import URLPattern, path

from tenantpilot.web.stops import views

tenant_plane: list[URLPattern] = [
    path("operations/stop/", views.stop_tenant_work, name="stop-tenant-work"),
    path("operations/resumption/", views.resume_tenant_work, name="resume-tenant-work"),
]
platform_plane: list[URLPattern] = [
    path("system/stop/", views.stop_all_work, name="stop-all-work"),
    path("system/resumption/", views.resume_all_work, name="resume-all-work"),
]
