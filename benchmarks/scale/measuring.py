"""Taking the statements that a question sends, and their time and work."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.scale.engines import Clock, Engine, engine
from benchmarks.scale.questions import Draw, Question
from benchmarks.scale.rows import TABLES

DRAWS = 12
TRIES = 2

Statement = tuple[str, Any]


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a processor for each draw, and the median of the work."""

    name: str
    kind: str
    milliseconds: tuple[float, ...]
    work: int
    rows: float
    scanned: tuple[str, ...]
    plans: tuple[str, ...]


def measure(question: Question, draws: Iterable[Draw]) -> Measured:
    """The least of its tries each, so that what is told is the question and not its neighbors."""
    ours = engine()
    clock = ours.clock()
    seconds: list[float] = []
    works: list[int] = []
    rows: list[int] = []
    scanned: set[str] = set()
    plans: dict[str, None] = {}
    for draw in draws:
        sent = statements_of(question, draw)
        answers = [_least(statement, clock) for statement in sent]
        seconds.append(sum(taken for taken, _rows in answers))
        rows.append(_counted(answers[-1][1]) if question.kind == "count" else sum(len(found) for _t, found in answers))
        if draw.number < 4:
            found = [ours.plan(*statement) for statement in sent]
            works.append(sum(plan.work for plan in found))
            scanned |= {table for plan in found for table in plan.scanned if table in TABLES}
            plans |= dict.fromkeys(plan.text for plan in found)
    return Measured(
        question.name, question.kind, tuple(one * 1e3 for one in seconds), int(median(works)), median(rows),
        tuple(sorted(scanned)), tuple(plans),
    )  # fmt: skip


def statements_of(question: Question, draw: Draw) -> list[Statement]:
    """What it reads of the large tables."""
    from django.db import connection

    sent: list[Statement] = []

    def listen(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        sent.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(listen):
        question.ask(draw)
    return [(sql, parameters) for sql, parameters in sent if _reads_history(sql)]


def _reads_history(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SELECT", "WITH")) and any(f"{table}" in sql for table in TABLES)


def _least(statement: Statement, clock: Clock) -> tuple[float, list[Any]]:
    from django.db import connection

    best, found = float("inf"), []
    for _try in range(TRIES):
        with connection.cursor() as cursor:
            began = clock()
            cursor.execute(*statement)
            found = list(cursor.fetchall())
            best = min(best, clock() - began)
    return best, found


def _counted(found: list[Any]) -> int:
    return int(found[0][0])


def draws(places: Any, *, newest: int, now: Any, number: int = DRAWS) -> list[Draw]:
    return [Draw(places, now, newest, one) for one in range(number)]


__all__ = ["Engine", "Measured", "draws", "measure", "statements_of"]
