"""What is measured of a night, and how the system is asked for it."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
OF_THIS_DATABASE = "FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


@dataclass(frozen=True)
class Figures:
    """What is measured of a night.

    `click_seconds` is from a person's click in the middle of the night to the start of that run. `crowd_seconds` is the
    longest wait of other tenants' syncs behind twenty of one tenant. Pages are in milliseconds, of all pages together.
    """

    syncs_a_minute: float
    failed: int
    wait_p50: float
    wait_p95: float
    click_seconds: float
    dispatched_again: int
    transactions_a_sync: float
    connections: int
    cpu_a_sync: float
    megabytes_a_worker: float
    database_cpu_a_sync: float = 0.0
    requests_a_sync: float = 0.0
    statements_a_sync: int = 0
    crowd_seconds: float = 0.0
    page_idle_p95: float = 0.0
    page_loaded_p95: float = 0.0
    page_errors: int = 0
    load: float = 0.0


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor seconds that these processes have used until now."""
    total = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def megabytes(pids: Sequence[int]) -> float:
    """Return the mean of what these processes hold in memory."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return sum(pages) * PAGE_BYTES / len(pages) / 2**20


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


class DatabaseWatch:
    """While entered, looks every half second at the sessions of the database; its own does not count.

    `cpu_seconds` is what the server's processes of these sessions used, without the last half second of each.
    """

    def __init__(self) -> None:
        self.most = 0
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "DatabaseWatch":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        from django.db import connection

        while connection.vendor == "postgresql" and not self._over.wait(0.5):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pid {OF_THIS_DATABASE} AND pid <> pg_backend_pid()")
                pids = [pid for (pid,) in cursor.fetchall()]
            self.most = max(self.most, len(pids))
            for pid in pids:
                self._note(pid)
        connection.close()

    def _note(self, pid: int) -> None:
        """A session that began meanwhile has used all of its time here."""
        try:
            used = cpu_seconds([pid])
        except OSError:
            return
        self._first.setdefault(pid, used if not self._last else 0.0)
        self._last[pid] = used

    @property
    def cpu_seconds(self) -> float:
        return sum(used - self._first[pid] for pid, used in self._last.items())


def transactions() -> int:
    """Return the number of transactions that the database has committed; 0 where nobody counts."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
