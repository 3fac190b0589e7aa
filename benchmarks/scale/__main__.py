"""python -m benchmarks.scale [--sqlite N] [--postgresql N] [--base N] [--write FILE]: load, ask, compare, clean up.

Each engine gets two databases of its own, a short history and a long one, which are removed again. Without a number
PostgreSQL gets as many runs as fit into half of the free disk, at most 10,000,000.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks.scale.loading import to_stderr
from benchmarks.scale.reporting import History, report

BASE, MOST_ON_SQLITE, MOST_ON_POSTGRESQL = 40_000, 1_000_000, 10_000_000
BYTES_A_RUN = 2_000
ROUNDS = 3
"""Each question is asked of both histories in turn, so often: a machine that is slower for a while is so for both, and
the quietest round speaks for each draw of a question."""

Environment = dict[str, str]
Database = Callable[[], AbstractContextManager[Environment]]


def main() -> int:
    chosen = _arguments()
    parts = []
    if chosen.sqlite:
        parts.append(report("SQLite", _histories(_sqlite, chosen.base, chosen.sqlite)))
    if chosen.postgresql != 0:
        parts += _on_postgresql(chosen.base, chosen.postgresql)
    text = "\n\n".join(parts)
    print(text)
    if chosen.write:
        Path(chosen.write).write_text(text + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("--sqlite", type=int, default=MOST_ON_SQLITE, help="how many runs; 0 leaves it out")
    parser.add_argument("--postgresql", type=int, help="how many runs; 0 leaves it out")
    parser.add_argument("--base", type=int, default=BASE, help="the short history; a quarter lies in one tenant")
    parser.add_argument("--write", help="a file for the tables")
    return parser.parse_args()


def _on_postgresql(base: int, asked: int | None) -> list[str]:
    from tests.servers import find_postgresql

    server = find_postgresql()
    if server is None:
        return ["PostgreSQL: no server was found."]
    try:
        runs = asked or min(MOST_ON_POSTGRESQL, _free_bytes(server.url) // 2 // BYTES_A_RUN)
        return [report("PostgreSQL", _histories(lambda: _postgresql(server.url), base, runs))]
    finally:
        server.stop()


def _free_bytes(server: str) -> int:
    """Where the server keeps its data; of one on another machine nothing is known, and it gets a tenth."""
    with psycopg.connect(f"{server}/postgres") as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    folder = Path(row[0]) if row else Path()
    known = folder.exists()
    return shutil.disk_usage(folder).free if known else MOST_ON_POSTGRESQL // 10 * BYTES_A_RUN * 2


def _histories(database: Database, base: int, runs: int) -> list[History]:
    """The short one and the long one, which are there at the same time."""
    with database() as short, database() as long:
        return measured([(short, base), (long, runs)])


def measured(places: list[tuple[Environment, int]], *, rounds: int = ROUNDS) -> list[History]:
    """Each place is an empty database and the length of the history that it gets."""
    loaded = [_child(environment, "load", runs) for environment, runs in places]
    return asked(places, loaded, rounds=rounds)


def asked(places: list[tuple[Environment, int]], loaded: list[Any], *, rounds: int) -> list[History]:
    """Of histories that are there; at the end retention works on the longest."""
    answers = _answers(places, rounds)
    removed = _child(places[-1][0], "purge")
    return [
        History(runs=runs, **facts, rounds=told, purge=removed)
        for (_environment, runs), facts, told in zip(places, loaded, answers, strict=True)
    ]


def _answers(places: list[tuple[Environment, int]], rounds: int) -> list[list[list[dict[str, Any]]]]:
    """Of each place, of each round, of each question."""
    told = []
    for number in range(rounds):
        to_stderr(f"round {number + 1} of {rounds}")
        told.append(_round(places))
    return [list(of_place) for of_place in zip(*told, strict=True)]


def _round(places: list[tuple[Environment, int]]) -> list[list[dict[str, Any]]]:
    """By new processes: where one lies in memory makes it slower or faster for as long as it lives."""
    with ExitStack() as stack:
        asking = [stack.enter_context(_asking(environment, runs)) for environment, runs in places]
        names = [json.loads(_line(child)) for child in asking][-1]
        pairs = [[_answer(child, number) for child in asking] for number in range(len(names))]
    return [list(of_place) for of_place in zip(*pairs, strict=True)]


@contextmanager
def _asking(environment: Environment, runs: int) -> Iterator["subprocess.Popen[str]"]:
    """A child that waits for numbers of questions."""
    command = [sys.executable, "-m", "benchmarks.scale.child", "answer", str(runs)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=os.environ | environment, text=True, **pipes) as child:  # type: ignore[call-overload]
        try:
            yield child
        finally:
            child.stdin.close()
            child.wait()


def _answer(child: "subprocess.Popen[str]", number: int) -> dict[str, Any]:
    assert child.stdin is not None
    print(number, file=child.stdin, flush=True)
    answer: dict[str, Any] = json.loads(_line(child))
    return answer


def _line(child: "subprocess.Popen[str]") -> str:
    assert child.stdout is not None
    return child.stdout.readline()


def _child(environment: Environment, *does: str | int) -> Any:
    command = [sys.executable, "-m", "benchmarks.scale.child", *map(str, does)]
    done = subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def _sqlite() -> Iterator[Environment]:
    with tempfile.TemporaryDirectory(prefix="tenantpilot-scale-") as folder:
        yield _settings(folder, f"sqlite:///{folder}/scale.sqlite3")


@contextmanager
def _postgresql(server: str) -> Iterator[Environment]:
    name = f"tp_scale_{uuid4().hex[:12]}"
    with (
        tempfile.TemporaryDirectory(prefix="tenantpilot-scale-") as folder,
        psycopg.connect(f"{server}/postgres", autocommit=True) as connection,
    ):
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _settings(folder, f"{server}/{name}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _settings(folder: str, url: str) -> Environment:
    return {
        "DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings",
        "TENANTPILOT_DATA_DIR": folder,
        "TENANTPILOT_LOG_LEVEL": "CRITICAL",
        "TENANTPILOT_DATABASE_URL": url,
    }


if __name__ == "__main__":
    sys.exit(main())
