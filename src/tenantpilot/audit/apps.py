"""The audit app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "tenantpilot.audit"
    label = "audit"

    def ready(self) -> None:
        """Find the actions of each room in its module `audit_actions`."""
        autodiscover_modules("audit_actions")
