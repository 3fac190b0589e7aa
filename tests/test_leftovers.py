"""A run of tests that is killed leaves neither servers nor disks behind."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST = """
import sys, time
from pathlib import Path
from tests.leftovers import end_with_this_process
end_with_this_process(Path(sys.argv[1]), ["touch", sys.argv[2]])
print("begun", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_has_started_ends_and_its_folder_goes(tmp_path):
    folder, ended = tmp_path / "server", tmp_path / "ended"
    folder.mkdir()
    command = [sys.executable, "-c", TEST, str(folder), str(ended)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        assert folder.exists()
        assert not ended.exists()
        process.kill()
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert ended.exists()
    assert not folder.exists()
