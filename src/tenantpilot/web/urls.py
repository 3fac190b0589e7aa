"""The addresses of pages: each feature declares its own in its module `urls`, by plane.

Names are relied on by links, tests and other rooms.
"""

from django.urls import URLPattern, URLResolver, include, path

from tenantpilot.web.frame.features import feature_modules


def _of_plane(plane: str) -> list[URLPattern | URLResolver]:
    return [pattern for module in feature_modules("urls") for pattern in getattr(module, plane, ())]


tenant_plane = _of_plane("tenant_plane")
workspace_plane = [*_of_plane("workspace_plane"), path("t/<slug:tenant>/", include(tenant_plane))]

urlpatterns = [
    *_of_plane("platform_plane"),
    path("admin/", include(workspace_plane)),
]
