"""The demo's folder: marked as one, so that nothing else is ever removed, and held by one demo at a time."""

import fcntl
import os
import shutil
from pathlib import Path
from types import TracebackType

from tenantpilot.cli.demo.choices import DATABASE
from tenantpilot.cli.install import SEALING_KEYS, SECRET_KEY, prepare_data_folder
from tenantpilot.cli.problems import Problem

MARK = "demo.lock"
LOGS, STATE = "logs", "simulator"
OURS = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", SECRET_KEY, SEALING_KEYS, LOGS, STATE)


class DemoFolder:
    """Entered, it is prepared and locked. The lock goes with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._lock: int | None = None

    def __enter__(self) -> "DemoFolder":
        """Raises Problem, OSError."""
        _require_no_deployment(self.path)
        prepare_data_folder(self.path)
        self._lock = os.open(self.path / MARK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise Problem(f"A demo is running in {self.path}.", "Stop it, or choose another --data-dir.") from error
        self.logs.mkdir(exist_ok=True)
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)

    @property
    def logs(self) -> Path:
        return self.path / LOGS

    @property
    def simulator_state(self) -> Path:
        return self.path / STATE

    def log(self, name: str) -> Path:
        """Return an empty file for the output of one process."""
        path = self.logs / f"{name}.log"
        path.write_bytes(b"")
        return path

    def empty(self) -> None:
        """Start from nothing: remove what a demo made, and make it anew."""
        for name in OURS:
            path = self.path / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        prepare_data_folder(self.path)
        self.logs.mkdir()


def _require_no_deployment(path: Path) -> None:
    """A folder with data and without the mark belongs to somebody's real installation."""
    if (path / DATABASE).exists() and not (path / MARK).exists():
        raise Problem(f"{path} holds the data of an installation.", "Choose another folder: --data-dir .data/demo")
