"""People at two browsers: what edits a restore and what confirms it wait for each other, and block nobody for ever."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.restores.racing import ITEMS
from tests.versions.kit import new_policy, take

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, RACERS = 12, 6


def test_edits_and_confirmations_at_once_end_in_one_or_the_other(own_database, contoso, alice, now):
    for number in range(ITEMS):
        take(new_policy(contoso, now, graph_id=f"p{number}"), {"id": f"p{number}", "name": f"Wi-Fi {number}"}, now)
    command = [sys.executable, "-m", "tests.restores.racing", str(ROUNDS), str(RACERS)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | own_database.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    counted = json.loads(done.stdout)
    assert set(counted) <= {"edited", "confirmed", "refused"}
    assert sum(counted.values()) == ROUNDS * RACERS
