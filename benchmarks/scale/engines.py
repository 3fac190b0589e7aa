"""What loading and measuring do differently on each database."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

Clock = Callable[[], float]
STEPS_A_TICK = 10
SETTLES_WITHIN = 60
FALLS_ASLEEP_WITHIN = 0.002


@dataclass(frozen=True)
class Plan:
    """`work` is pages touched on PostgreSQL and steps of the virtual machine on SQLite."""

    work: int
    text: str
    scanned: tuple[str, ...]
    """Tables that were read from end to end."""


class Engine:
    """One database's dialect, as far as it is needed here."""

    vendor = ""
    unit = ""

    def numbers(self, first: int, last: int) -> str:
        """A FROM item with one column `n`."""
        raise NotImplementedError

    def time(self, seconds: str) -> str:
        """A time as the columns hold it, from seconds since 1970."""
        raise NotImplementedError

    def padded(self, number: str, width: int) -> str:
        raise NotImplementedError

    def json(self, text: str) -> str:
        raise NotImplementedError

    def uuid(self, number: str) -> str:
        raise NotImplementedError

    def clock(self) -> Clock:
        """Seconds that a processor worked for this connection: what else the machine does is not in them."""
        raise NotImplementedError

    def unguarded(self, tables: Sequence[str]) -> AbstractContextManager[None]:
        """Without triggers."""
        raise NotImplementedError

    def indexes_of(self, tables: Sequence[str]) -> dict[str, str]:
        """Definitions by name, of indexes that no constraint needs."""
        raise NotImplementedError

    def settle(self, tables: Sequence[str]) -> None:
        """Statistics, and what the background would do in time."""
        raise NotImplementedError

    def plan(self, statement: str, parameters: Any) -> Plan:
        """How the statement was answered; it is executed."""
        raise NotImplementedError


class Sqlite(Engine):
    vendor, unit = "sqlite", "steps"

    def numbers(self, first: int, last: int) -> str:
        series = f"SELECT {first} AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}"
        return f"(WITH RECURSIVE numbers(n) AS ({series}) SELECT n FROM numbers) numbers"

    def time(self, seconds: str) -> str:
        return f"strftime('%Y-%m-%d %H:%M:%f', {seconds}, 'unixepoch')"

    def padded(self, number: str, width: int) -> str:
        return f"printf('%0{width}d', {number})"

    def json(self, text: str) -> str:
        return text

    def uuid(self, number: str) -> str:
        return f"printf('%032x', {number})"

    def clock(self) -> Clock:
        return time.thread_time

    @contextmanager
    def unguarded(self, tables: Sequence[str]) -> Iterator[None]:
        marks = ", ".join(f"'{table}'" for table in tables)
        kept = _rows(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})")
        for name, _definition in kept:
            _run(f"DROP TRIGGER {name}")
        yield
        for _name, definition in kept:
            _run(definition)

    def indexes_of(self, tables: Sequence[str]) -> dict[str, str]:
        marks = ", ".join(f"'{table}'" for table in tables)
        wanted = (
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"
        )
        return dict(_rows(wanted))

    def settle(self, tables: Sequence[str]) -> None:  # noqa: ARG002 all of them, as the scheduler does it
        from tenantpilot.core.planner import refresh_statistics

        refresh_statistics()

    def plan(self, statement: str, parameters: Any) -> Plan:
        text = "\n".join(row[3] for row in _rows(f"EXPLAIN QUERY PLAN {statement}", parameters))
        scans = [line.split() for line in text.splitlines() if line.startswith("SCAN")]
        scanned = tuple(words[1] for words in scans if "USING" not in words and "VIRTUAL" not in words)
        return Plan(self._steps(statement, parameters), text, scanned)

    def _steps(self, statement: str, parameters: Any) -> int:
        from django.db import connection

        ticks = 0

        def tick() -> int:
            nonlocal ticks
            ticks += 1
            return 0

        connection.ensure_connection()
        connection.connection.set_progress_handler(tick, STEPS_A_TICK)
        try:
            _rows(statement, parameters)
        finally:
            connection.connection.set_progress_handler(None, 0)
        return ticks * STEPS_A_TICK


class Postgresql(Engine):
    vendor, unit = "postgresql", "buffers"

    def numbers(self, first: int, last: int) -> str:
        return f"generate_series({first}::bigint, {last}::bigint) AS numbers(n)"

    def time(self, seconds: str) -> str:
        return f"to_timestamp({seconds})"

    def padded(self, number: str, width: int) -> str:
        return f"lpad(({number})::text, {width}, '0')"

    def json(self, text: str) -> str:
        return f"({text})::jsonb"

    def uuid(self, number: str) -> str:
        return f"lpad(to_hex({number}), 32, '0')::uuid"

    def clock(self) -> Clock:
        """Linux counts the nanoseconds of the session's own process; where it cannot be seen it is the wall clock."""
        told = Path(f"/proc/{_rows('SELECT pg_backend_pid()')[0][0]}/schedstat")
        is_ours = told.exists() and "postgres" in (told.parent / "comm").read_text()
        return partial(_worked, told) if is_ours else time.perf_counter

    @contextmanager
    def unguarded(self, tables: Sequence[str]) -> Iterator[None]:
        """The owner may set our triggers aside, and only a superuser the foreign keys too, which is much faster."""
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '1GB'", "work_mem = '64MB'"):
            _run(f"SET {setting}")
        _each(tables, "ALTER TABLE {} SET (autovacuum_enabled = off)")
        mighty = _rows("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0][0]
        if mighty:
            _run("SET session_replication_role = replica")
        else:
            _each(tables, "ALTER TABLE {} DISABLE TRIGGER USER")
        yield
        if mighty:
            _run("SET session_replication_role = origin")
        else:
            _each(tables, "ALTER TABLE {} ENABLE TRIGGER USER")
        for setting in ("synchronous_commit", "maintenance_work_mem", "work_mem"):
            _run(f"RESET {setting}")
        _each(tables, "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0}", only_with_id=True)

    def indexes_of(self, tables: Sequence[str]) -> dict[str, str]:
        marks = ", ".join(f"'{table}'" for table in tables)
        return dict(
            _rows(
                f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ({marks})"
                " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            )
        )

    def settle(self, tables: Sequence[str]) -> None:
        """Repeated until each page is known to be visible to all, which anybody who looks meanwhile can prevent."""
        for _try in range(SETTLES_WITHIN):
            _each(tables, "VACUUM (ANALYZE) {}")
            pages = _rows(
                "SELECT relname, relpages, relallvisible FROM pg_class WHERE relname = ANY(%s)", [list(tables)]
            )
            if all(visible == known for _table, known, visible in pages):
                return
            time.sleep(1)
        raise AssertionError(f"not settled: {pages}")

    def plan(self, statement: str, parameters: Any) -> Plan:
        found = _rows(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", parameters)[0][0]
        root = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        nodes = list(_nodes(root))
        scanned = tuple(node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan")
        text = "\n".join(_line(node) for node in nodes)
        return Plan(root["Shared Hit Blocks"] + root["Shared Read Blocks"], text, scanned)


def engine() -> Engine:
    """That of the default connection."""
    from django.db import connection

    return Sqlite() if connection.vendor == "sqlite" else Postgresql()


def _worked(told: Path) -> float:
    """Counted when the process has gone to sleep, which it does just after its answer."""
    time.sleep(FALLS_ASLEEP_WITHIN)
    return int(told.read_text().split()[0]) / 1e9


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _line(node: dict[str, Any]) -> str:
    on = node.get("Index Name") or node.get("Relation Name") or ""
    return f"{node['Node Type']} {on} ({node['Actual Rows']} rows)"


def _each(tables: Sequence[str], statement: str, *, only_with_id: bool = False) -> None:
    for table in tables:
        if not only_with_id or table != "operation_run_progress":
            _run(statement.format(table))


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows(statement: str, parameters: Any = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
