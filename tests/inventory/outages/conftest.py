"""Every operation type on Contoso, and a database that goes away when a test wants it."""

from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest
from django.db import connection

from tenantpilot.tenancy.models import Tenant
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.inventory.outages.works import Works

OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture
def works(contoso: Tenant, graph: str, credential: Callable[..., None], now: datetime) -> Works:
    return Works(contoso, now)


@pytest.fixture
def outage(own_database: OwnDatabase) -> Callable[[], None]:
    """Every session of the database ends; on SQLite, which has none, the handler's connection may no longer write."""

    def end_sessions() -> None:
        with psycopg.connect(own_database.url, autocommit=True) as other:
            other.execute(OTHERS, [own_database.name])

    def refuse_writes() -> None:
        connection.connection.execute("PRAGMA query_only = ON")

    return end_sessions if IS_POSTGRESQL else refuse_writes
