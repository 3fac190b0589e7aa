"""Addresses of one-time links."""

from django.urls import URLPattern, path

from tenantpilot.web.links import views

platform_plane: list[URLPattern] = [
    path("auth/setup/<str:token>/", views.set_up, name="set-up"),
    path("auth/invitations/<str:token>/", views.invitation, name="accept-invitation"),
    path("auth/recovery/<str:token>/", views.recover, name="recover"),
]
