"""The tenancy app."""

from django.apps import AppConfig

from tenantpilot.tenancy import reasons as _reasons  # noqa: F401 the catalogue holds them from the start
from tenantpilot.tenancy import scoping


class TenancyConfig(AppConfig):
    name = "tenantpilot.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        scoping.close()
