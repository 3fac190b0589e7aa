"""Making Django ready. `config` stands above this room, so its settings are named, not imported."""

import os

import django

from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

SETTINGS = "tenantpilot.config.settings"
WSGI = "tenantpilot.config.wsgi:application"


def get_django_ready() -> None:
    """Read the settings and load the apps; harmless when repeated. Raises ImproperlyConfigured."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    set_process_scope(EVERYTHING)


def set_variables(variables: dict[str, str]) -> None:
    """Choose settings for this process and its children; must come before `get_django_ready`."""
    os.environ.update({f"TENANTPILOT_{name}": value for name, value in variables.items()})
