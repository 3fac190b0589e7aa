"""Signals as something to wait for."""

import select
import signal
import socket
from contextlib import suppress
from types import FrameType, TracebackType

from tenantpilot.operations.workers.signals import STOPS, to_listen_for


class Signals:
    """While entered, signals that stop a process are noted; `wait` ends early for them and for ended children."""

    def __init__(self) -> None:
        self.stop_asked = False
        self.hurry_asked = False

    def __enter__(self) -> "Signals":
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        # Ctrl-C is always heard, also by what a shell script started in the background, where it comes ignored.
        targets = [*to_listen_for(), signal.SIGCHLD]
        self._handlers_before = {number: signal.signal(number, self._note) for number in targets}
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reader.close()
        self._writer.close()

    def wait(self, seconds: float) -> None:
        """At most so long."""
        select.select([self._reader], [], [], max(seconds, 0))
        with suppress(BlockingIOError):
            self._reader.recv(4096)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        """A second Ctrl-C is from a person who does not want to wait; a second SIGTERM means nothing new."""
        if number == signal.SIGINT and self.stop_asked:
            self.hurry_asked = True
        if number in STOPS:
            self.stop_asked = True
