"""A child of the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tenantpilot.cli.processes.parent_death import die_with

STDERR = 2
FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER = 0.2, 30.0, 20.0


def tenantpilot(*arguments: str) -> tuple[str, ...]:
    """Return the command line of one of our own commands, by the interpreter that runs this."""
    return (sys.executable, "-m", "tenantpilot.cli", *arguments)


@dataclass(frozen=True)
class ChildSpec:
    """The command to run. Without `log` it writes to the supervisor's stderr. It inherits `keep_open`."""

    name: str
    command: Sequence[str]
    log: Path | None = None
    keep_open: Sequence[int] = ()
    niceness: int = 0


@dataclass
class Child:
    """A place that is always filled: when its process ends it is started again, ever more slowly while it crashes."""

    spec: ChildSpec
    clock: Callable[[], float] = time.monotonic
    process: subprocess.Popen[bytes] | None = None
    starts_at: float = 0.0
    restarts: int = 0
    _started_at: float = field(default=0.0, init=False)
    _pause: float = field(default=FIRST_PAUSE, init=False)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """In a process group of its own, so that a Ctrl-C reaches the supervisor alone."""
        output = self.spec.log.open("ab") if self.spec.log else None
        try:
            self.process = subprocess.Popen(  # noqa: S603 our own command lines
                self.spec.command,
                stdin=subprocess.DEVNULL,
                stdout=output or STDERR,
                stderr=output or STDERR,
                process_group=0,
                pass_fds=self.spec.keep_open,
                preexec_fn=partial(_begin, os.getpid(), self.spec.niceness),  # safe: the supervisor has one thread
            )
        finally:
            if output:
                output.close()
        self._started_at = self.clock()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and not _has_ended(self.process.pid)

    def ended(self) -> int | None:
        """Its exit code, once; the place is free then, and the pause before the next start is chosen."""
        if self.process is None or self.is_alive:
            return None
        code = self._bury(self.process)
        self.restarts += 1
        if self.clock() - self._started_at >= STEADY_AFTER:
            self._pause = FIRST_PAUSE
        self.put_off()
        return code

    def put_off(self) -> None:
        """The next start is after a pause, and the pause after that is longer."""
        self.starts_at = self.clock() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    @property
    def is_due(self) -> bool:
        return self.process is None and self.clock() >= self.starts_at

    def terminate(self) -> None:
        """Ask it to end. Once: a second SIGTERM makes some programs drop what they do."""
        if self.process and self.is_alive:
            os.kill(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """With everything it started."""
        if self.process:
            self._bury(self.process)

    def _bury(self, process: subprocess.Popen[bytes]) -> int:
        """Until it is waited for, its number is the number of its group and of nothing else."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        self.process = None
        return process.wait()


def _begin(parent: int, niceness: int) -> None:
    """Run in the child before its program."""
    die_with(parent)
    os.nice(niceness)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
