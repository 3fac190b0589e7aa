"""Tell our database from a copy of it: by SQLite's file, or by PostgreSQL's cluster and database.

Only what no copy takes with it counts. So a cluster that was copied as a whole, block by block, is not told from the
original, nor is a file that was overwritten in place, nor a machine that was cloned.
"""

import os

from django.db import connection

_OF_SERVER = """
    SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database WHERE datname = current_database()
"""


def database_identity() -> str:
    """Return a text that stays the same for as long as the database does."""
    if connection.vendor == "sqlite":
        return f"sqlite:{os.stat(connection.settings_dict['NAME']).st_ino}"
    with connection.cursor() as cursor:
        cursor.execute(_OF_SERVER)
        cluster, database = cursor.fetchone()
    return f"postgresql:{cluster}:{database}"
