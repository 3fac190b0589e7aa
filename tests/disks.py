"""A disk of a test's own that can be filled: a file system in memory, where mounting one is permitted."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.leftovers import end_with_this_process

BLOCK = b"\0" * 65_536


@dataclass(frozen=True)
class SmallDisk:
    """What lies in `folder` shares its few megabytes."""

    folder: Path

    def fill(self) -> None:
        """Until not a block is left."""
        with suppressed_full(), (self.folder / "filling").open("ab", buffering=0) as filling:
            while True:
                filling.write(BLOCK)

    def free(self) -> None:
        (self.folder / "filling").unlink(missing_ok=True)


@contextmanager
def suppressed_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk | None]:
    """None where mounting is not permitted."""
    folder = Path(tempfile.mkdtemp(prefix="tenantpilot-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0
    if mounted:
        end_with_this_process(folder, ["umount", "--lazy", str(folder)])
    try:
        yield SmallDisk(folder) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)
