"""The restores app."""

from django.apps import AppConfig

from tenantpilot.restores import badges as _badges  # noqa: F401 the catalogue holds them from the start


class RestoresConfig(AppConfig):
    name = "tenantpilot.restores"
    label = "restores"
