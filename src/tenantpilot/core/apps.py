"""The core app: it has no tables, and finds the words of every room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "tenantpilot.core"
    label = "core"

    def ready(self) -> None:
        """Find the badges of each room in its module `badges`."""
        autodiscover_modules("badges")
