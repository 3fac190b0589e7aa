"""What the database's planner knows of the tables."""

from django.db import connection

# Entries of an index that are looked at, so that a long history takes no longer than a short one.
LOOKED_AT = 1_000


def refresh_statistics() -> None:
    """Tell SQLite how its tables have grown: it does not look by itself, and guesses as if all were of one size.

    PostgreSQL's autovacuum looks by itself. Connections that are open go on with what they knew.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        cursor.execute("ANALYZE")
