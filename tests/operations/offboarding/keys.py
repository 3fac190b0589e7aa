"""A database as an old dump leaves it: nothing keeps a row from naming another workspace."""

from django.db import connection

from tenantpilot.core.owned import owned_keys
from tenantpilot.tenancy.owned_keys import our_models


def take_keys_off() -> None:
    """Drop the keys between owned tables, and the triggers that keep policies in their workspace."""
    # PostgreSQL alters no table while checks of this transaction are still to come.
    connection.check_constraints()
    with connection.cursor() as cursor:
        for key in owned_keys(our_models()):
            for statement in key.remove[connection.vendor]:
                cursor.execute(statement)
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'policies'")
            for (name,) in cursor.fetchall():
                if "search" not in name:
                    cursor.execute(f"DROP TRIGGER {name}")
