"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tenantpilot.audit"
    label = "audit"
