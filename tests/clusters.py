"""A PostgreSQL cluster of a test's own, which may be restarted, crashed and filled."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tests.databases import pointing_default_at
from tests.servers import PostgresServer, start_own_postgresql


@contextmanager
def default_on_own_cluster(within: Path | None = None) -> Iterator[PostgresServer]:
    """Django's default connection is at the migrated database `postgres` of it. The caller stops the server.

    What was acknowledged must be there after a crash, so the tests' hurry at commits is left out.
    """
    server = start_own_postgresql(within)
    if server is None:
        pytest.skip("no binaries of PostgreSQL: a server that was found is not restarted")
    before = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "OPTIONS")}
    asked = before["OPTIONS"]
    sure = asked | {"options": asked.get("options", "").replace("-c synchronous_commit=off", "")}
    try:
        connection.settings_dict.update(HOST="127.0.0.1", PORT=server.url.rpartition(":")[2], OPTIONS=sure)
        with pointing_default_at("postgres"):
            call_command("migrate", verbosity=0)
            yield server
    finally:
        connection.settings_dict.update(before)
