"""Keep the statistics that the database's planner uses."""

from django.db import connection


def refresh_statistics() -> None:
    """Tell SQLite how its tables have grown: it does not look by itself, and guesses as if all were of one size.

    All of each index is read, a second or two for a million runs: of a part it would think that every tenant has as
    many as the one that the part begins with. PostgreSQL's autovacuum looks by itself. Connections that are open go on
    with what they knew.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
