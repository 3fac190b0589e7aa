"""The tables: each question at two lengths of the history, and how much more the long one costs."""

from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

GOAL = 1.5
HEAD = ("question", "rows", "p50 ms", "p95 ms", "{unit}", "rows then", "p50 then", "{unit} then", "time", "work", "")


@dataclass(frozen=True)
class History:
    """What children measured in one database."""

    runs: int
    unit: str
    loaded: float
    sizes: dict[str, int]
    rounds: list[list[dict[str, Any]]]
    """Every question, so often."""
    purge: dict[str, Any]

    @property
    def measured(self) -> list[dict[str, Any]]:
        """Of each draw of each question the quietest round: what else the machine did can only add to the time."""
        return [_quietest(rounds) for rounds in zip(*self.rounds, strict=True)]


def report(name: str, histories: list[History]) -> str:
    """`then` is the short history. Both ratios allow for the rows that the answer has more; the time decides."""
    short, long = histories
    before = {one["name"]: one for one in short.measured}
    rows = [_row(one, before[one["name"]]) for one in long.measured]
    head = tuple(cell.format(unit=long.unit) for cell in HEAD)
    missed = sum(row[-1] != "" for row in rows)  # a scan is one too
    title = f"### {name}: {long.runs:,} runs against {short.runs:,}"
    return "\n\n".join(
        [title, _facts(long), _markdown(head, rows), f"{len(rows)} questions, {missed} above {GOAL}.", _purge(long)]
    )


def _quietest(rounds: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    draws = [min(taken) for taken in zip(*(one["milliseconds"] for one in rounds), strict=True)]
    return rounds[-1] | {"p50": median(draws), "p95": quantiles(draws, n=20)[-1]}


def _row(one: dict[str, Any], before: dict[str, Any]) -> tuple[str, ...]:
    more = max(1.0, one["rows"] / max(before["rows"], 1))
    slower, harder = one["p50"] / before["p50"] / more, one["work"] / max(before["work"], 1) / more
    scanned = f"scans {', '.join(one['scanned'])}" if one["scanned"] else ""
    above = "above" if slower > GOAL else ""
    now, then = ((f"{m['rows']:.0f}", f"{m['p50']:.2f}", f"{m['p95']:.2f}", f"{m['work']}") for m in (one, before))
    ratios = (f"{slower:.2f}", f"{harder:.2f}", " ".join((above, scanned)).strip())
    return (one["name"], *now, *then[:2], then[3], *ratios)


def _facts(history: History) -> str:
    sizes = dict(history.sizes)
    size = sizes.pop("bytes") / 2**30
    tables = ", ".join(f"{number:,} in {table}" for table, number in sizes.items())
    return f"{size:.1f} GB with indexes, loaded in {history.loaded:.0f} s: {tables}."


def _purge(history: History) -> str:
    purge = history.purge
    rate = purge["removed"] / purge["seconds"]
    alone, meanwhile = (_two(purge[name]) for name in ("alone", "meanwhile"))
    return (
        f"Retention removed {purge['removed']:,} runs with all that hangs on them in {purge['seconds']:.1f} s:"
        f" {rate:,.0f} a second. The newest page of a tenant took {alone} ms without it and {meanwhile} ms"
        " meanwhile (p50 / p95, client side)."
    )


def _two(milliseconds: list[float]) -> str:
    return f"{median(milliseconds):.1f} / {quantiles(milliseconds, n=20)[-1]:.1f}"


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" if column == 0 else "---:" for column in range(len(head))), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
