"""Addresses of versions."""

from django.urls import URLPattern, path

from tenantpilot.web.versions import views

tenant_plane: list[URLPattern] = [
    path("versions/", views.versions, name="versions"),
    path("inventory/<int:policy_id>/versions/", views.policy_versions, name="policy-versions"),
    path("inventory/<int:policy_id>/versions/<int:number>/", views.version, name="policy-version"),
    path("inventory/<int:policy_id>/comparison/", views.comparison, name="policy-comparison"),
]
