"""The operations app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OperationsConfig(AppConfig):
    name = "tenantpilot.operations"
    label = "operations"

    def ready(self) -> None:
        """Each room above declares its operation types in a module `operations`."""
        autodiscover_modules("operations")
