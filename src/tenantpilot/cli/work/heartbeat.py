"""A sign of life: one row for each process, so that people can see who is at work."""

import os
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from types import TracebackType

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from tenantpilot.core.connections import release_connection
from tenantpilot.operations.models import ProcessHeartbeat

log = structlog.get_logger(__name__)

FORGOTTEN_AFTER = timedelta(hours=1)


def process_name(role: str, pid: int | None = None) -> str:
    return f"{role}@{socket.gethostname()}:{pid or os.getpid()}"[:128]


def forget_processes(role: str, pids: Iterable[int]) -> None:
    """Remove the rows of children that ended without removing their own, as one does that was killed."""
    _remove_rows([process_name(role, pid) for pid in pids])
    connection.close()


def _remove_rows(names: list[str]) -> None:
    try:
        ProcessHeartbeat.objects.filter(name__in=names).delete()
    except (DatabaseError, InterfaceError):
        log.warning("heartbeat_not_withdrawn", processes=names)


def forget_dead_processes(now: datetime) -> int:
    """Rows of processes that were killed a while ago: long enough for a person to see that somebody is missing."""
    return int(ProcessHeartbeat.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()[0])


class Heartbeat:
    """While entered, a thread writes the row; leaving in good order removes it."""

    def __init__(
        self, role: str, queues: str = "", clock: Callable[[], datetime] = timezone.now, *, places: int = 1
    ) -> None:
        self._places = places
        self._role, self._queues, self._clock = role, queues, clock
        self._name = process_name(role)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self.beat(started_at=self._clock())
        self._thread.start()
        return self

    def start(self) -> None:
        """Like entering, for a process that serves pages also while the database is away."""
        self._beat_or_warn()
        connection.close()
        self._thread.start()

    def stop(self) -> None:
        self.__exit__(None, None, None)
        connection.close()

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # A process that is told to end while it starts has written its row, and has no thread yet.
        if self._thread.ident is not None:
            self._thread.join(timeout=settings.OPERATIONS_HEARTBEAT_SECONDS)
        _remove_rows([self._name])

    def beat(self, *, started_at: datetime | None = None) -> None:
        """Write a heartbeat. A slow one does not bring back a row that was withdrawn meanwhile."""
        now = self._clock()
        values = {"role": self._role, "queues": self._queues[:128], "places": self._places, "seen_at": now}
        first = {**values, "started_at": started_at or now}
        written = ProcessHeartbeat.objects.filter(name=self._name).update(**first if started_at else values)
        if not written and not self._over.is_set():
            ProcessHeartbeat.objects.create(name=self._name, **first)

    def _run(self) -> None:
        try:
            while not self._over.wait(settings.OPERATIONS_HEARTBEAT_SECONDS):
                self._beat_or_warn()
                release_connection()
        finally:
            connection.close()

    def _beat_or_warn(self) -> None:
        try:
            self.beat()
        except (DatabaseError, InterfaceError):
            log.warning("heartbeat_not_written", process=self._name)
            connection.close()
