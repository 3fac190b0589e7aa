"""A database that may be mishandled: on a small disk, and on PostgreSQL on a server of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.databases import IS_POSTGRESQL, OwnDatabase, SqliteTemplates, pointing_default_at
from tests.disks import SmallDisk, small_disk
from tests.servers import PostgresServer, start_own_postgresql


@pytest.fixture
def disk() -> Iterator[SmallDisk | None]:
    with small_disk(400 if IS_POSTGRESQL else 48) as made:
        yield made


@pytest.fixture
def own_database(disk: SmallDisk | None, tmp_path: Any, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """`environment` also says what of it may be crashed and filled."""
    folder = disk.folder if disk else tmp_path
    extra = {"CHAOS_DISK": str(folder)} if disk else {}
    with django_db_blocker.unblock():
        if IS_POSTGRESQL:
            yield from _on_own_server(disk, extra)
        else:
            templates = SqliteTemplates(folder)
            templates.prepare()
            made = templates.create()
            with pointing_default_at(made.name):
                yield OwnDatabase(made.url, made.name, made.environment | extra)


def _on_own_server(disk: SmallDisk | None, extra: dict[str, str]) -> Iterator[OwnDatabase]:
    server = start_own_postgresql(disk.folder if disk else None)
    if server is None:
        pytest.skip("no binaries of PostgreSQL: a server that was found is not crashed")
    told = {"url": server.url, "folder": str(server.folder), "binaries": str(server.binaries)}
    before = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    try:
        connection.settings_dict.update(HOST="127.0.0.1", PORT=server.url.rpartition(":")[2])
        with pointing_default_at("postgres"):
            call_command("migrate", verbosity=0)
            url = f"{server.url}/postgres"
            environment = {"TENANTPILOT_DATABASE_URL": url, "CHAOS_SERVER": json.dumps(told)} | extra
            yield OwnDatabase(url, "postgres", environment)
    finally:
        connection.settings_dict.update(before)
        _stop(server, disk)


def _stop(server: PostgresServer, disk: SmallDisk | None) -> None:
    if disk is not None:
        disk.free()
    if not server.answers:
        server.crash_and_start()
    server.stop()
