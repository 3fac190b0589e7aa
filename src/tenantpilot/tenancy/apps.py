"""The tenancy app."""

from django.apps import AppConfig

from tenantpilot.tenancy import scoping


class TenancyConfig(AppConfig):
    name = "tenantpilot.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        scoping.close()
