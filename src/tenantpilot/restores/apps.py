"""The restores app."""

from django.apps import AppConfig


class RestoresConfig(AppConfig):
    name = "tenantpilot.restores"
    label = "restores"
