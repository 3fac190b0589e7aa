"""Addresses of a tenant's connection."""

from django.urls import URLPattern, path

from tenantpilot.web.connection import views

tenant_plane: list[URLPattern] = [
    path("connection/", views.connection, name="connection"),
    path("connection/checks/", views.start_connection_check, name="start-connection-check"),
    path("connection/directory/", views.change_directory, name="change-directory"),
    path("connection/application/", views.change_application, name="change-application"),
    path("connection/credential/", views.change_credential, name="change-credential"),
]
