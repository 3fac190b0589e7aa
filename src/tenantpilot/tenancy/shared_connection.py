"""Run short queries of many worker threads on one shared connection.

Each of them would else open a connection for one small transaction, which costs a server more than the transaction.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from tenantpilot.core.connections import release_connection, until_answered

T = TypeVar("T")

IDLE_SECONDS = 2.0
"""After so long without a question the connection is closed and the thread ends."""


class SharedConnection:
    """Calls functions one after another in a thread of its own, which comes and goes with the questions."""

    def __init__(self, database: str = "", *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._name = f"shared connection to {database}"
        self._idle_seconds = idle_seconds
        self._waiting: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_there = False

    def ask(self, question: Callable[[], T]) -> T:
        """Return or raise as the function does. It may be called twice, when the connection was lost."""
        answer: Future[T] = Future()
        with self._lock:
            self._waiting.put((question, answer))
            if not self._is_there:
                threading.Thread(target=self._serve, name=self._name, daemon=True).start()
                self._is_there = True
        return answer.result()

    def _serve(self) -> None:
        try:
            while (next_one := self._next()) is not None:
                _answer(*next_one)
        finally:
            connection.close()

    def _next(self) -> tuple[Callable[[], Any], Future[Any]] | None:
        """Return None: nobody has asked for a while, and whoever asks from now on starts another thread."""
        try:
            return self._waiting.get(timeout=self._idle_seconds)
        except Empty:
            with self._lock:
                self._is_there = not self._waiting.empty()
                return self._waiting.get() if self._is_there else None


def _answer(question: Callable[[], Any], answer: Future[Any]) -> None:
    """The connection may have been lost with its server, and the server may refuse another for a while."""
    try:
        answer.set_result(until_answered(question, seconds=settings.OPERATIONS_LEASE_SECONDS))
    except BaseException as error:
        connection.close()
        answer.set_exception(error)
    release_connection()


@lru_cache(maxsize=8)
def shared_connection_to(database: str) -> SharedConnection:
    """Return the one of this process for a database."""
    return SharedConnection(database)
