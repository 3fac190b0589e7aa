"""What the processes of the chaos did, told beside the database: lines of JSON, by a clock that all of them share."""

import json
import os
import time
from pathlib import Path
from typing import Any


class Journal:
    """Lines are appended whole, whoever is killed meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, what: str, *, at: float | None = None, **facts: Any) -> None:
        line = {"what": what, "process": os.getpid(), "at": time.monotonic() if at is None else at, **facts}
        os.write(self._file, json.dumps(line).encode() + b"\n")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
