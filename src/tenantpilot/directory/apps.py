"""The directory app."""

from django.apps import AppConfig

from tenantpilot.directory import badges as _badges  # noqa: F401 the catalogue holds them from the start


class DirectoryConfig(AppConfig):
    name = "tenantpilot.directory"
    label = "directory"
