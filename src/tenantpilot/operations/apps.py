"""The operations app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from tenantpilot.operations import reasons as _reasons  # noqa: F401 the catalogue holds them from the start


class OperationsConfig(AppConfig):
    name = "tenantpilot.operations"
    label = "operations"

    def ready(self) -> None:
        """Each room above declares its own summary keys in a module `summary_keys`, its types in `operations`."""
        autodiscover_modules("summary_keys")
        autodiscover_modules("operations")
