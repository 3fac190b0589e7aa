"""The demo's workers, which a test may hold."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cli.kit import descendants, until


@dataclass(frozen=True)
class Workers:
    """Of the demo whose process this is, on its database."""

    demo: int
    database: Path

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """What is under way comes to its end; then they stand still, as if the machine were busy; then they go on."""
        until(self.nothing_is_under_way)
        try:
            until(self._stand_still)
            yield
        finally:
            self._send(signal.SIGCONT)

    def nothing_is_under_way(self) -> bool:
        connection = sqlite3.connect(self.database, timeout=60)
        try:
            return not connection.execute("SELECT 1 FROM operation_runs WHERE status <> 'completed'").fetchone()
        finally:
            connection.close()

    def _stand_still(self) -> bool:
        """False: one of them was stopped in the middle of writing, and nobody else could write."""
        self._send(signal.SIGSTOP)
        if self._can_be_written():
            return True
        self._send(signal.SIGCONT)
        return False

    def _can_be_written(self) -> bool:
        connection = sqlite3.connect(self.database, timeout=0.3)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True

    def _send(self, number: signal.Signals) -> None:
        for pid in descendants(self.demo):
            with suppress(OSError):
                if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    os.kill(pid, number)
