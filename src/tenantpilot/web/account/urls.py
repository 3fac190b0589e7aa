"""Addresses of one's own account. `mfa_index` is the name by which django-allauth leads back here."""

from django.urls import URLPattern, path

from tenantpilot.web.account import views

workspace_plane: list[URLPattern] = [
    path("account/", views.account, name="mfa_index"),
    path("account/sessions/", views.end_other_sessions, name="end-other-sessions"),
    path("account/sessions/<int:session_id>/", views.end_session, name="end-session"),
]
