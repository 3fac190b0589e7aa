"""Few connections to our own database, and patience with one that refuses them.

A worker works on several runs in threads, and each of them waits for Microsoft most of the time. On PostgreSQL they
share a pool: a thread holds a connection while it asks, and gives it back before it waits for anything else.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import structlog
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections

from tenantpilot.core.outages import is_outage

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


def share_connections(most: int) -> None:
    """Let all threads of this process share so many connections. Call it before any of them connects.

    SQLite has no server that counts them: there each thread keeps its own.
    """
    connection.close()
    database = connections.settings[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": most}
        database["CONN_MAX_AGE"] = 0


def end_sharing() -> None:
    """Close what the threads shared."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # of this vendor alone


def release_connection() -> None:
    """Give this thread's connection back if the process shares its connections and no transaction is open."""
    if connection.connection is None or connection.in_atomic_block:
        return
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close()


def released(items: Iterable[T]) -> Iterator[T]:
    """Yield the items; while the next is awaited this thread holds no shared connection."""
    iterator = iter(items)
    while True:
        release_connection()
        try:
            item = next(iterator)
        except StopIteration:
            return
        yield item


def until_answered(ask: Callable[[], T], *, seconds: float) -> T:
    """Call `ask` and return its answer; during an outage call it again, by a new connection, for so many seconds.

    Raises what it raised last. What was committed without an answer is asked for again: `ask` must be harmless then.
    """
    gives_up_at = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            if not is_outage(error) or time.monotonic() + pause > gives_up_at:
                raise
            log.warning("database_away", exc_info=True)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
