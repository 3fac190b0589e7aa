"""The command as people call it: a process of its own, in an environment that holds nothing but what is given."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 500.0
KEPT = ("PATH", "HOME", "LANG", "TZ")


@dataclass
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.strip().splitlines()


def clean_environment(**settings: str) -> dict[str, str]:
    """`settings` are TENANTPILOT_* variables without their prefix; None of the tests' own gets through."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **kept,
        "COLUMNS": "200",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        **{f"TENANTPILOT_{name}": value for name, value in settings.items()},
    }


def tenantpilot(*arguments: str, cwd: Path = ROOT, timeout: float = PATIENCE_SECONDS, **settings: str) -> Answer:
    """Run it to its end."""
    command = [sys.executable, "-m", "tenantpilot.cli", *arguments]
    done = subprocess.run(
        command, cwd=cwd, env=clean_environment(**settings), capture_output=True, text=True, timeout=timeout
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass
class Running:
    """A command that goes on. Entered, it is started; whatever is left of it at the end is killed."""

    command: list[str]
    output: Path
    environment: dict[str, str]
    cwd: Path = ROOT
    process: subprocess.Popen[bytes] = field(init=False)

    def __enter__(self) -> "Running":
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, cwd=self.cwd, env=self.environment, stdout=output, stderr=output, process_group=0
            )
        return self

    def __exit__(self, *_error: object) -> None:
        family = [*descendants(self.process.pid), self.process.pid]
        for pid in family:
            kill(pid)
        self.process.wait(PATIENCE_SECONDS)

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def until(self, question: Callable[[], object], *, patience: float = PATIENCE_SECONDS) -> None:
        """Fails also when the command ends before the answer is yes."""
        until(lambda: question() or self._ended(), patience=patience)

    def until_said(self, words: str) -> None:
        self.until(lambda: words in self.said)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def _ended(self) -> bool:
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.said}"
        return False


def running(*arguments: str, output: Path, cwd: Path = ROOT, **settings: str) -> Running:
    command = [sys.executable, "-m", "tenantpilot.cli", *arguments]
    return Running(command, output, clean_environment(**settings), cwd)


def until(question: Callable[[], object], *, patience: float = PATIENCE_SECONDS) -> None:
    """Fails when the answer is not yes in time."""
    ends_at = time.monotonic() + patience
    while not question():
        assert time.monotonic() < ends_at, "it did not happen in time"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """Every process below this one, at this moment."""
    children = [int(child) for child in _children_file(pid).split()]
    return children + [below for child in children for below in descendants(child)]


def is_alive(pid: int) -> bool:
    """A process that ended and was not yet asked for counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _children_file(pid: int) -> str:
    try:
        return "".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    except FileNotFoundError:
        return ""
