"""The artifacts app."""

from django.apps import AppConfig

from tenantpilot.artifacts import badges as _badges  # noqa: F401 the catalogue holds them from the start


class ArtifactsConfig(AppConfig):
    name = "tenantpilot.artifacts"
    label = "artifacts"
