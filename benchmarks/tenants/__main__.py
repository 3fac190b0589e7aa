"""Print one table: a night of syncs in which nothing changed, for each number of tenants and each engine.

A machine that is busy with other things makes every figure worse: compare the rows of one table with each other.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

from benchmarks.tenants.measuring import Figures

HEADER = (
    "database", "tenants", "workers", "runs each", "people", "load", "syncs a minute", "failed", "wait p50/p95 s",
    "click s", "behind 20 s", "dispatched again", "requests a sync", "statements a sync", "transactions a sync",
    "connections", "CPU s a sync: worker + database", "MB a worker", "page p95 ms idle/loaded", "page errors",
)  # fmt: skip


def main() -> None:
    options = _options()
    print("| " + " | ".join(HEADER) + " |\n|" + " --- |" * len(HEADER), flush=True)
    for database, tenants, workers, runs in product(options.databases, options.tenants, options.workers, options.runs):
        with tempfile.TemporaryDirectory() as folder, _environment(database, folder) as environment:
            command = [sys.executable, "-m", "benchmarks.tenants.night", str(tenants), str(workers), str(runs)]
            command.append(str(options.people))
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        figures = Figures(**json.loads(done.stdout.splitlines()[-1]))
        print(_row((database, tenants, workers, runs, options.people), figures), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--databases", type=_words, default=["sqlite", "postgresql"])
    parser.add_argument("--tenants", type=_numbers, default=[10, 100])
    parser.add_argument("--workers", type=_numbers, default=[4])
    parser.add_argument("--runs", type=_numbers, default=[1, 4], help="runs that a worker works on at once")
    parser.add_argument("--people", type=int, default=10, help="people who look at pages meanwhile")
    return parser.parse_args()


def _words(text: str) -> list[str]:
    return text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


class _environment:  # noqa: N801 reads as a verb
    """The variables of an installation of its own; its database goes with it."""

    def __init__(self, database: str, folder: str) -> None:
        self._database, self._folder, self._name = database, folder, f"tp_bench_{uuid4().hex[:12]}"
        self._server: Any = None

    def __enter__(self) -> dict[str, str]:
        url = f"sqlite:///{self._folder}/bench.sqlite3" if self._database == "sqlite" else self._created()
        engine = "database" if self._database == "sqlite" else "procrastinate"
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings",
            "TENANTPILOT_DATA_DIR": self._folder,
            "TENANTPILOT_DATABASE_URL": url,
            "TENANTPILOT_ENGINE": engine,
            "TENANTPILOT_DEMO": "1",
            "TENANTPILOT_LOG_LEVEL": "CRITICAL",
            "TENANTPILOT_SECRET_KEY": "only-to-measure-" * 4,
            "TENANTPILOT_SEALING_KEYS": "b1:" + "A" * 43 + "=",
        }

    def __exit__(self, *_error: object) -> None:
        if self._server is not None:
            self._execute(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._server.stop()

    def _created(self) -> str:
        from tests.servers import find_postgresql

        self._server = find_postgresql()
        if self._server is None:
            raise SystemExit("No PostgreSQL was found; measure with --databases sqlite.")
        self._execute(f"CREATE DATABASE {self._name}")
        return f"{self._server.url}/{self._name}"

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{self._server.url}/postgres", autocommit=True) as connection:
            connection.execute(statement)


def _row(sizes: tuple[object, ...], figures: Figures) -> str:
    cpu = f"{figures.cpu_a_sync:.2f}"
    if figures.database_cpu_a_sync:
        cpu += f" + {figures.database_cpu_a_sync:.2f}"
    cells: Iterator[object] = iter(
        (
            *sizes, round(figures.load, 1), round(figures.syncs_a_minute), figures.failed,
            f"{figures.wait_p50:.1f}/{figures.wait_p95:.1f}", f"{figures.click_seconds:.1f}",
            f"{figures.crowd_seconds:.1f}", figures.dispatched_again, round(figures.requests_a_sync),
            figures.statements_a_sync, round(figures.transactions_a_sync) or "", figures.connections or "", cpu,
            round(figures.megabytes_a_worker), f"{figures.page_idle_p95:.0f}/{figures.page_loaded_p95:.0f}",
            figures.page_errors,
        )
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
