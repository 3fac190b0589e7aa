"""Addresses of signing in beside allauth's own."""

from django.urls import URLPattern, path

from tenantpilot.web.sign_in import views

platform_plane: list[URLPattern] = [
    path("auth/link/<str:token>/", views.sign_in_link, name="sign-in-link"),
]
