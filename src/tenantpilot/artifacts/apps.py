"""The artifacts app."""

from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    name = "tenantpilot.artifacts"
    label = "artifacts"
