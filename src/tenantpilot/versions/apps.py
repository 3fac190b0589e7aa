"""The versions app."""

from django.apps import AppConfig


class VersionsConfig(AppConfig):
    name = "tenantpilot.versions"
    label = "versions"

    def ready(self) -> None:
        """Tell the directory which groups assignments name."""
        from tenantpilot.directory.use import register
        from tenantpilot.versions.assigned import groups_in_use

        register("assignments", groups_in_use)
