"""The restores app."""

from importlib import import_module

from django.apps import AppConfig


class RestoresConfig(AppConfig):
    name = "tenantpilot.restores"
    label = "restores"

    def ready(self) -> None:
        """Tell the backups which of their sets a restore needs, and the presenter the words of our notifications."""
        import_module("tenantpilot.restores.usage")
        import_module("tenantpilot.restores.second_person.notices")
