"""A database that may be mishandled: on a small disk, and on PostgreSQL on a server of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clusters import default_on_own_cluster
from tests.databases import IS_POSTGRESQL, OwnDatabase, SqliteTemplates, pointing_default_at
from tests.disks import SmallDisk, small_disk
from tests.servers import PostgresServer


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
    with default_on_own_cluster(disk.folder if disk else None) as server:
        told = {"url": server.url, "folder": str(server.folder), "binaries": str(server.binaries)}
        url = f"{server.url}/postgres"
        environment = {"TENANTPILOT_DATABASE_URL": url, "CHAOS_SERVER": json.dumps(told)} | extra
        try:
            yield OwnDatabase(url, "postgres", environment)
        finally:
            _stop(server, disk)


def _stop(server: PostgresServer, disk: SmallDisk | None) -> None:
    if disk is not None:
        disk.free()
    if not server.answers:
        server.crash_and_start()
    server.stop()
