"""Django's `migrate`, which also writes the keys between owned tables."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from tenantpilot.tenancy import owned_keys


class Command(Migrate):
    """As Django's own, with the keys taken off before and put on again after, whatever came between."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        owned_keys.make_way(connection)
        try:
            super().handle(*args, **options)
        finally:
            owned_keys.install(connection)
