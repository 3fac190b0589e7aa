"""The backups app."""

from django.apps import AppConfig

from tenantpilot.backups import badges as _badges  # noqa: F401 the catalogue holds them from the start


class BackupsConfig(AppConfig):
    name = "tenantpilot.backups"
    label = "backups"
