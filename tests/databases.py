"""Databases of a test's own: real, committed, and visible to other processes."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tenantpilot.tenancy import row_security

IS_POSTGRESQL = os.environ.get("TENANTPILOT_DATABASE_URL", "").startswith("postgres")


@dataclass(frozen=True)
class OwnDatabase:
    """`environment` is what a child process needs to use it."""

    url: str
    name: str
    environment: dict[str, str]


@contextmanager
def pointing_default_at(name: str) -> Iterator[None]:
    """Django's default connection uses another database for a while."""
    connection = connections["default"]
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


class SqliteTemplates:
    """A migrated file that is copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"

    def prepare(self) -> None:
        with pointing_default_at(str(self.template)):
            call_command("migrate", verbosity=0)
            with connections["default"].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_tests_database(self) -> None:
        """It is migrated already, and no test has written to it yet."""
        connection = connections["default"]
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(connection.settings_dict["NAME"], self.template)

    def create(self) -> OwnDatabase:
        path = self.folder / f"{uuid4().hex}.sqlite3"
        shutil.copy(self.template, path)
        url = f"sqlite:///{path}"
        return OwnDatabase(url, str(path), {"TENANTPILOT_DATABASE_URL": url})

    def drop(self, database: OwnDatabase) -> None:
        for path in self.folder.glob(f"{Path(database.name).name}*"):
            path.unlink(missing_ok=True)  # a thread that ends just now takes the -wal with its connection

    def remove(self) -> None:
        """The folder goes with the test session."""


class PostgresTemplates:
    """A migrated database that is copied for each test."""

    def __init__(self) -> None:
        self.server = os.environ["TENANTPILOT_DATABASE_URL"].rsplit("/", 1)[0]
        self.template = f"tp_template_{uuid4().hex[:12]}"
        self._maker = ThreadPoolExecutor(max_workers=2)
        self._ahead: Future[str] | None = None
        self._dropped: list[Future[None]] = []

    def copy_tests_database(self) -> None:
        """It is migrated already, and no test has written to it yet."""
        connection = connections["default"]
        connection.close()
        self._execute(f'CREATE DATABASE {self.template} TEMPLATE "{connection.settings_dict["NAME"]}"')

    def prepare(self) -> None:
        self._execute(f"CREATE DATABASE {self.template}")
        with pointing_default_at(self.template):
            call_command("migrate", verbosity=0)
            if settings.ROW_SECURITY:
                row_security.protect(connections["default"])

    def create(self) -> OwnDatabase:
        """The copy that was made while the test before ran; the next one is begun at once."""
        name = (self._ahead or self._maker.submit(self._copy)).result()
        self._ahead = self._maker.submit(self._copy)
        url = f"{self.server}/{name}"
        return OwnDatabase(url, name, {"TENANTPILOT_DATABASE_URL": url})

    def _copy(self) -> str:
        name = f"tp_{uuid4().hex[:16]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return name

    def drop(self, database: OwnDatabase) -> None:
        """In a while: a drop waits for the disk, and the next test need not."""
        self._dropped.append(self._maker.submit(self._drop, database.name))

    def remove(self) -> None:
        for dropped in self._dropped:
            dropped.result()
        for name in [self._ahead.result()] if self._ahead else []:
            self._drop(name)
        self._drop(self.template)
        self._maker.shutdown()

    def _drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as server:
            server.execute(statement)
