"""The versions app."""

from django.apps import AppConfig

from tenantpilot.versions import badges as _badges  # noqa: F401 the catalogue holds them from the start


class VersionsConfig(AppConfig):
    name = "tenantpilot.versions"
    label = "versions"
