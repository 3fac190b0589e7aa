"""A year of backup schedules in fifty tenants: which slots there are, reckoned apart from the product, and a chart."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model

from tests.backups.nights import TABLES

ZONES = tuple(
    map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Europe/London", "UTC"))
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A time in which no scheduler ran: of the slots in it only the latest is filled, late."""

    start: datetime
    end: datetime


def daily_slots(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Half past two on every day; where that does not exist, an hour later, and where it comes twice, the first."""
    day: date = start.date() - DAY
    while day <= end.date() + DAY:
        yield datetime.combine(day, time(2, 30), zone).astimezone(UTC)
        day += DAY


def hourly_slots(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Half past every hour that passes, whatever the clock calls it."""
    at = start.replace(minute=0)
    while at <= end + HOUR:
        yield from (moment for moment in (at, at + HOUR / 2) if moment.astimezone(zone).minute == 30)
        at += HOUR


def filled(slots: Iterator[datetime], start: datetime, end: datetime, spans: Sequence[Span]) -> list[datetime]:
    """Return the slots that are to be filled until the end."""
    wanted = [slot for slot in slots if start < slot <= end]
    for span in spans:
        missed = [slot for slot in wanted if span.start < slot <= span.end]
        wanted = [slot for slot in wanted if slot not in missed[:-1]]
    return wanted


@dataclass(frozen=True)
class Point:
    """The rows and bytes at the end of a week."""

    day: str
    backups: int
    sets: int
    members: int
    versions: int
    payloads: int
    bytes: int


def measure(now: datetime, backups: int) -> Point:
    counts = [table.everywhere.count() for table in TABLES]
    return Point(f"{now:%Y-%m-%d}", backups, *counts, _bytes())


def _bytes() -> int:
    """Return the size of all values in the tables of backups and versions on SQLite, without indexes."""
    return sum(_bytes_of(table) for table in TABLES)


def _bytes_of(table: type[Model]) -> int:
    lengths = " + ".join(f'coalesce(length(CAST("{field.column}" AS BLOB)), 0)' for field in table._meta.fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum({lengths}), 0) FROM {table._meta.db_table}")
        return int(cursor.fetchone()[0])


def write_chart(points: Sequence[Point], folder: Path, part: str) -> None:
    """Write the figures as CSV, and rows and bytes as a drawing."""
    with (folder / f"backup_year_{part}.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Point))
        writer.writerows(astuple(point) for point in points)
    (folder / f"backup_year_{part}.svg").write_text(_drawing(points, TITLES[part]))


TITLES = {
    "daily": "48 tenants with a backup a day",
    "hourly": "2 tenants with a backup a day and one an hour",
}
COLORS = {"backups": "#6b7280", "sets": "#2563eb", "members": "#16a34a", "versions": "#d97706", "bytes": "#dc2626"}
WIDTH, HEIGHT, LEFT, TOP = 760, 320, 20, 30


def _drawing(points: Sequence[Point], title: str) -> str:
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 240} {HEIGHT + 60}" font-family="sans-serif" '
        'font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="18">{title}: each line is drawn to its own highest value</text>',
    ]
    for place, (name, color) in enumerate(COLORS.items()):
        values = [getattr(point, name) for point in points]
        last = f"{values[-1] / 1e6:.1f} MB" if name == "bytes" else f"{values[-1]:,}"
        lines.append(f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{_path(values)}"/>')
        lines.append(f'<text x="{LEFT + WIDTH + 12}" y="{TOP + 20 * (place + 1)}" fill="{color}">{name}: {last}</text>')
    for place in (0, len(points) // 2, len(points) - 1):
        lines.append(f'<text x="{LEFT + _x(place, len(points)):.0f}" y="{HEIGHT + 50}">{points[place].day}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _path(values: Sequence[int]) -> str:
    most = max(values) or 1
    return " ".join(
        f"{LEFT + _x(place, len(values)):.1f},{TOP + HEIGHT - value / most * HEIGHT:.1f}"
        for place, value in enumerate(values)
    )


def _x(place: int, number: int) -> float:
    return place * (WIDTH - 60) / max(number - 1, 1)
