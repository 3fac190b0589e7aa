"""Databases of the tests: each a copy of one that was migrated once, for all processes of a run.

`python -m tests.run` names that one in TENANTPILOT_TESTS_TEMPLATE: a file of SQLite, a database of PostgreSQL.
A checkout that adds tables begins with the file that TENANTPILOT_TESTS_BASE names, and migrates what is new.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tenantpilot.tenancy import row_security

TEMPLATE = "TENANTPILOT_TESTS_TEMPLATE"
BASE = "TENANTPILOT_TESTS_BASE"
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


def migrate(name: str) -> None:
    with pointing_default_at(name):
        call_command("migrate", verbosity=0)
        if settings.ROW_SECURITY:
            row_security.protect(connections["default"])


class SqliteTemplates:
    """A migrated file that is copied."""

    def __init__(self, folder: Path, shared: Path | None = None) -> None:
        self.folder = folder
        self.template = shared or folder / "template.sqlite3"

    def prepare(self) -> None:
        """Whoever comes first makes it, and the others wait. It has its name only when it is whole."""
        begun = self.template.with_suffix(".begun")
        with begun.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.template.exists():
                self._make().rename(self.template)

    def _make(self) -> Path:
        path = self.folder / f"{uuid4().hex}.sqlite3"
        if base := os.environ.get(BASE):
            shutil.copy(base, path)
        migrate(str(path))
        with pointing_default_at(str(path)), connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    def create(self) -> OwnDatabase:
        path = self.folder / f"{uuid4().hex}.sqlite3"
        shutil.copy(self.template, path)
        url = f"sqlite:///{path}"
        return OwnDatabase(url, str(path), {"TENANTPILOT_DATABASE_URL": url})

    create_alone = create

    def drop(self, database: OwnDatabase) -> None:
        for path in self.folder.glob(f"{Path(database.name).name}*"):
            path.unlink(missing_ok=True)  # a thread that ends just now takes the -wal with its connection

    def remove(self) -> None:
        """The folder goes with the test session."""


SET_FOR_ALL = """
    SELECT split_part(one, '=', 1), split_part(one, '=', 2) FROM pg_db_role_setting, unnest(setconfig) AS one
    WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = %s)
"""


class PostgresTemplates:
    """A migrated database that is copied. One that is shared goes when the run has ended."""

    def __init__(self, shared: str = "") -> None:
        self.server = os.environ["TENANTPILOT_DATABASE_URL"].rsplit("/", 1)[0]
        self.template, self.is_shared = shared or f"tp_template_{uuid4().hex[:12]}", bool(shared)
        self._maker = ThreadPoolExecutor(max_workers=2)
        self._ahead: Future[str] | None = None
        self._dropped: list[Future[None]] = []

    def prepare(self) -> None:
        """Whoever comes first makes it, and the others wait. It has its name only when it is whole."""
        with self._connection() as server:
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", [self.template])
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template]).fetchone():
                begun = f"{self.template}_begun"
                server.execute(f"DROP DATABASE IF EXISTS {begun}")
                server.execute(f"CREATE DATABASE {begun}")
                migrate(begun)
                server.execute(f"ALTER DATABASE {begun} RENAME TO {self.template}")

    def create(self) -> OwnDatabase:
        """The copy that was made while the test before ran; the next one is begun at once."""
        name = (self._ahead or self._maker.submit(self._copy)).result()
        self._ahead = self._maker.submit(self._copy)
        return self._named(name)

    def create_alone(self) -> OwnDatabase:
        """For who needs no second."""
        return self._named(self._copy())

    def _named(self, name: str) -> OwnDatabase:
        url = f"{self.server}/{name}"
        return OwnDatabase(url, name, {"TENANTPILOT_DATABASE_URL": url})

    def _copy(self) -> str:
        name = f"tp_{uuid4().hex[:16]}"
        with self._connection() as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
            # What a migration set for all sessions of the original is not copied with it, and no JIT is one of these.
            for setting in server.execute(SET_FOR_ALL, [self.template]).fetchall():
                server.execute(f"ALTER DATABASE {name} SET {setting[0]} TO '{setting[1]}'")
        return name

    def drop(self, database: OwnDatabase) -> None:
        """In a while: a drop waits for the disk, and the next test need not."""
        self._dropped.append(self._maker.submit(self._drop, database.name))

    def remove(self) -> None:
        for dropped in self._dropped:
            dropped.result()
        for name in [self._ahead.result()] if self._ahead else []:
            self._drop(name)
        if not self.is_shared:
            self._drop(self.template)
        self._maker.shutdown()

    def _drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with self._connection() as server:
            server.execute(statement)

    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(f"{self.server}/postgres", autocommit=True)


Templates = SqliteTemplates | PostgresTemplates


def templates(folder: Path) -> Templates:
    """Of this run, if it named one, else of this process alone."""
    shared = os.environ.get(TEMPLATE, "")
    if IS_POSTGRESQL:
        return PostgresTemplates(shared)
    return SqliteTemplates(folder, Path(shared) if shared else None)
