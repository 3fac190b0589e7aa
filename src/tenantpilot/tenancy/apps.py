"""The tenancy app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from tenantpilot.tenancy import reasons as _reasons  # noqa: F401 the catalogue holds them from the start
from tenantpilot.tenancy import scoping
from tenantpilot.tenancy.capabilities import require_all_described


class TenancyConfig(AppConfig):
    name = "tenantpilot.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """Find the words of each room for its capabilities in its module `capability_labels`."""
        scoping.close()
        autodiscover_modules("capability_labels")
        require_all_described()
