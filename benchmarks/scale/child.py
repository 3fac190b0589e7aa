"""python -m benchmarks.scale.child load RUNS | answer RUNS | purge: one history in the database that the settings name.

Each answers a line of JSON; `answer` first tells the questions, and then one line for each number that it is told.
`python -m benchmarks.scale.child remove SECONDS` removes old runs there for a while, as a worker does.
"""

import json
import sys
import time
from typing import Any

PURGE_SECONDS = 20
LOOKS = 100


def load(runs: int) -> dict[str, Any]:
    """Into a database that is made for it."""
    from django.core.management import call_command

    from benchmarks.scale import loading
    from benchmarks.scale.engines import engine
    from benchmarks.scale.places import make_places

    call_command("migrate", verbosity=0)
    loading.to_stderr(f"{engine().vendor}: loading {runs:,} runs")
    make_places()
    began = time.perf_counter()
    loading.load(runs, tell=loading.to_stderr)
    return {"loaded": time.perf_counter() - began, "unit": engine().unit, "sizes": _sizes()}


def answer(runs: int) -> dict[str, Any]:
    """The names of all questions; then for each line that says the number of one what it measured, once."""
    from django.utils import timezone

    from benchmarks.scale.measuring import draws, measure
    from benchmarks.scale.places import places
    from benchmarks.scale.questions import questions

    every, asked = questions(), draws(places(), newest=runs, now=timezone.now())
    print(json.dumps([question.name for question in every]), flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(every[int(line)], asked).__dict__), flush=True)
    return {}


def _sizes() -> dict[str, int]:
    from django.db import connection

    from benchmarks.scale.rows import TABLES

    sizes = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            sizes[table] = cursor.fetchone()[0]
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        sizes["bytes"] = cursor.fetchone()[0]
    return sizes


def purge() -> dict[str, Any]:
    """How fast, and what a list feels of it: its newest page, taken before and meanwhile."""
    import subprocess

    from benchmarks.scale.places import places

    here = places()
    alone = _looks(here, LOOKS)
    command = [sys.executable, "-m", "benchmarks.scale.child", "remove", str(PURGE_SECONDS)]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    worker.stdout.readline()
    meanwhile: list[float] = []
    while worker.poll() is None:
        meanwhile += _looks(here, 10)
    return {"alone": alone, "meanwhile": meanwhile, **json.loads(worker.stdout.read().splitlines()[-1])}


def _looks(places: Any, number: int) -> list[float]:
    """Milliseconds, with the pauses of somebody who looks again and again."""
    from django.utils import timezone

    from benchmarks.scale.lists import of_tenant
    from benchmarks.scale.questions import Draw

    taken = []
    for _look in range(number):
        began = time.perf_counter()
        assert of_tenant(Draw(places, timezone.now(), 1, 0), {}).page.rows
        taken.append((time.perf_counter() - began) * 1e3)
        time.sleep(0.01)
    return taken


def remove(seconds: float) -> dict[str, Any]:
    """What the handler of retention does, until the time is over."""
    from django.db import transaction
    from django.utils import timezone

    from benchmarks.scale.rows import OUTCOMES
    from tenantpilot.operations.retention import purging
    from tenantpilot.operations.retention.rules import Rules

    rules, after, removed, windows = Rules(dict.fromkeys(OUTCOMES, 1)), 0, 0, 0
    print("begins", flush=True)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        window = purging.next_window(1, rules, after=after, now=timezone.now())
        if window is None:
            break
        with transaction.atomic():
            removed += purging.purge(window)
        after, windows = window.last, windows + 1
    return {"removed": removed, "windows": windows, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    import django

    django.setup()
    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    does = {"load": load, "answer": answer, "purge": purge, "remove": remove}
    print(json.dumps(does[sys.argv[1]](*map(int, sys.argv[2:]))))
