"""What a test has started outside of its process ends with that process, however that ends."""

import os
import shlex
import subprocess
from pathlib import Path

WATCH = """
while kill -0 "$1" 2>/dev/null && test -d "$2"; do sleep 1; done
test -d "$2" || exit 0
eval "$3"
rm -rf "$2"
"""


def end_with_this_process(folder: Path, command: list[str]) -> None:
    """Run the command and remove the folder once this process is gone; nothing where the folder went before."""
    subprocess.Popen(
        ["sh", "-c", WATCH, "sh", str(os.getpid()), str(folder), shlex.join(command)],
        start_new_session=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
