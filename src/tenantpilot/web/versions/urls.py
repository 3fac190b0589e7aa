"""Addresses of versions."""

from django.urls import URLPattern, path

from tenantpilot.web.versions import counterparts, live, long_texts, pruning, views

tenant_plane: list[URLPattern] = [
    path("versions/", views.versions, name="versions"),
    path("versions/prunings/", pruning.prune_versions, name="prune-versions"),
    path("versions/pairs/", pruning.compare_chosen, name="compare-versions"),
    path("versions/comparison/", counterparts.version_comparison, name="version-comparison"),
    path("inventory/<int:policy_id>/counterparts/", counterparts.counterparts, name="policy-counterparts"),
    path("inventory/<int:policy_id>/versions/", views.policy_versions, name="policy-versions"),
    path("inventory/<int:policy_id>/versions/<int:number>/", views.version, name="policy-version"),
    path("inventory/<int:policy_id>/versions/<int:number>/rest/", long_texts.rest, name="policy-version-rest"),
    path("inventory/<int:policy_id>/versions/<int:number>/payload/", long_texts.payload, name="policy-version-payload"),
    path(
        "inventory/<int:policy_id>/versions/<int:number>/lines/<int:place>/",
        long_texts.line,
        name="policy-version-line",
    ),
    path("inventory/<int:policy_id>/versions/<int:number>/live/", live.live_comparison, name="policy-live-comparison"),
    path("inventory/<int:policy_id>/versions/<int:number>/live/readings/", live.read_live, name="policy-live-reading"),
    path("inventory/<int:policy_id>/comparison/", views.comparison, name="policy-comparison"),
]
