"""A database that is read-only for a while: seen by `/readyz`, told at a start, and over as soon as it is over."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.urls import reverse

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring import writability
from tenantpilot.operations.monitoring.writability import Lookout, Trouble
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.web.html import read

END_SESSIONS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"


@pytest.fixture
def read_only(own_database: OwnDatabase) -> Callable[[], AbstractContextManager[None]]:
    """While entered. On PostgreSQL the sessions that begin meanwhile stay; on SQLite it is the connection itself."""

    @contextmanager
    def server() -> Iterator[None]:
        name = own_database.name
        with psycopg.connect(f"{own_database.url.rpartition('/')[0]}/postgres", autocommit=True) as other:
            other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            other.execute(END_SESSIONS, [name])
            yield
            other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    @contextmanager
    def file() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = ON")
        yield

    return server if IS_POSTGRESQL else file


@pytest.fixture
def browse(own_database, signed_in, alice, contoso, monkeypatch):
    """browse("inventory") as Alice; browse("start-inventory-sync", {}) sends a form. Connections are kept between."""
    monkeypatch.setattr(writability, "LOOKS_EVERY_SECONDS", 0.0)
    browser = signed_in(alice)
    browser.raise_request_exception = False

    def ask(name, form=None):
        close_old_connections()
        url = reverse(name, args=[] if name == "readyz" else ["contoso"])
        return browser.get(url) if form is None else browser.post(url, form)

    return ask


def test_a_start_says_try_again_in_a_moment_and_readyz_is_not_ready(browse, read_only):
    with read_only():
        not_ready, refused = browse("readyz"), browse("start-inventory-sync", {})
    assert (not_ready.status_code, not_ready.json()) == (503, {"ready": False, "why": "database_read_only"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "Try again in a moment" in read(refused).one("main").words
    assert not OperationRun.everywhere.exists()


def test_once_it_is_over_all_is_well_at_once_also_on_kept_connections(browse, read_only):
    with read_only():
        if IS_POSTGRESQL:  # a session that only read, so that no error tells of it
            assert browse("inventory").status_code == 200
        else:
            assert browse("start-inventory-sync", {}).status_code == 503
    assert browse("start-inventory-sync", {}).status_code == 302
    assert browse("readyz").json() == {"ready": True}
    assert OperationRun.everywhere.count() == 1


def test_a_disk_with_no_room_left_is_not_ready(browse, monkeypatch):
    if IS_POSTGRESQL:
        pytest.skip("the full disk of a server is tried in the chaos")
    monkeypatch.setattr(writability, "LEAST_FREE_BYTES", 2**62)
    assert browse("readyz").json() == {"ready": False, "why": "disk_full"}


def test_a_start_on_a_full_disk_says_that_the_disk_is_full(browse, read_only, monkeypatch):
    monkeypatch.setattr("tenantpilot.web.frame.errors.trouble_with_writing", lambda: Trouble.FULL)
    with read_only():
        refused = browse("start-inventory-sync", {})
    words = read(refused).one("main").words
    assert refused.status_code == 503
    assert "The disk is full" in words
    assert "Free some space" in words
    assert "Try again in a moment" not in words


def test_looking_leaves_nothing_behind_and_asks_seldom(own_database):
    looks = []
    lookout = Lookout(lambda: looks.append(1) or Trouble.FULL, lambda: len(looks) * 0.5)
    assert [lookout.trouble() for _ask in range(3)] == [Trouble.FULL] * 3
    assert looks == [1]
    before = connection.introspection.table_names()
    assert writability.trouble_with_writing() is None
    assert connection.introspection.table_names() == before
