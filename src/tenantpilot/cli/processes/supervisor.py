"""Keeps a family of processes running, and ends it as a whole."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType

from tenantpilot.cli.console import say
from tenantpilot.cli.processes.child import Child, ChildSpec
from tenantpilot.cli.processes.signals import Signals

LOOK_EVERY, LOOK_OFTEN = 1.0, 0.05


class Supervisor:
    """Restarts any child whatever its exit code, for a child that ended well is missing all the same.

    Entering starts nothing; `start` does. Leaving stops every child: one SIGTERM each, the grace time, then
    SIGKILL. It must live in a process with one thread.
    """

    def __init__(self, *, grace_seconds: float, tell: Callable[[str], None] = say) -> None:
        self._grace = grace_seconds
        self._tell = tell
        self._children: list[Child] = []
        self._signals = Signals()

    def __enter__(self) -> "Supervisor":
        self._signals.__enter__()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stop_children()
        finally:
            self._signals.__exit__(error_type, error, trace)

    def start(self, specs: Sequence[ChildSpec]) -> None:
        for spec in specs:
            child = Child(spec)
            self._children.append(child)
            child.start()

    @property
    def stopping(self) -> bool:
        """Somebody asked for the end."""
        return self._signals.stop_asked

    @property
    def children(self) -> tuple[Child, ...]:
        return tuple(self._children)

    def run(self) -> None:
        """Until somebody asks to stop."""
        while not self.stopping:
            self.step(LOOK_EVERY)

    def step(self, seconds: float) -> None:
        """Wait at most so long, then start what ended."""
        self._signals.wait(min(seconds, self._until_next_start()))
        for child in self._children:
            self._look_after(child)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        """Live on until it is so; False: it was not so in time. Raises KeyboardInterrupt if somebody asked to stop."""
        ends_at = time.monotonic() + seconds
        while not ready():
            if self.stopping:
                raise KeyboardInterrupt
            if time.monotonic() >= ends_at:
                return False
            self.step(LOOK_OFTEN)
        return True

    def _look_after(self, child: Child) -> None:
        if (code := child.ended()) is not None and not self.stopping:
            pause = max(child.starts_at - child.clock(), 0)
            self._tell(f"{child.spec.name} ended ({_how(code)}); it starts again in {pause:.1f} s{_log_of(child)}")
        if child.is_due and not self.stopping:
            self._start_again(child)

    def _start_again(self, child: Child) -> None:
        """A machine that is short of memory or processes now may not be so in a moment."""
        try:
            child.start()
        except OSError as error:
            child.put_off()
            self._tell(f"{child.spec.name} could not be started: {error.strerror}")

    def _until_next_start(self) -> float:
        pauses = [child.starts_at - child.clock() for child in self._children if child.process is None]
        return max(min(pauses, default=LOOK_EVERY), 0)

    def _stop_children(self) -> None:
        for child in self._children:
            child.terminate()
        ends_at = time.monotonic() + self._grace
        while self._alive() and time.monotonic() < ends_at and not self._signals.hurry_asked:
            self._signals.wait(min(ends_at - time.monotonic(), 0.2))
        for child in self._alive():
            self._tell(f"{child.spec.name} did not end in time and was killed")
        for child in self._children:
            child.kill()

    def _alive(self) -> list[Child]:
        return [child for child in self._children if child.is_alive]


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _log_of(child: Child) -> str:
    return f" (log: {child.spec.log})" if child.spec.log else ""
