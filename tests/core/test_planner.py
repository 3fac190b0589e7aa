"""SQLite is told how its tables have grown, because it does not look by itself."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenantpilot.cli.work.periodic import duties
from tenantpilot.core.planner import refresh_statistics
from tenantpilot.tenancy.models import User
from tests.databases import IS_POSTGRESQL


def known_users() -> set[int]:
    """How many the planner thinks there are, by each index of the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'users'")
        return {int(stat.split()[0]) for (stat,) in cursor.fetchall()}


def test_the_planner_learns_how_a_table_has_grown(own_database):
    for grown in (10, 40):
        User.objects.bulk_create(User(email=f"{grown}-{number}@example.test") for number in range(grown))
        with CaptureQueriesContext(connection) as asked:
            refresh_statistics()
        if IS_POSTGRESQL:  # it looks by itself
            assert not asked.captured_queries
        else:
            assert known_users() == {User.objects.count()}


def test_a_scheduler_sees_to_it():
    assert "refresh_statistics" in [duty.name for duty in duties()]
