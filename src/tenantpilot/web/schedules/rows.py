"""The rows of a list of schedules, with what the person may do with each."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from tenantpilot.backups.overdue import BackupsOfSchedule
from tenantpilot.inventory.many_tenants.wording import words_of_schedule
from tenantpilot.operations.schedules.reading import Line

_VERBS = ("run", "pause", "resume", "delete")


@dataclass(frozen=True)
class Row:
    """A schedule. `urls` by verb is empty for who may not change it; `about` says which tenants it is about."""

    line: Line
    urls: dict[str, str] = field(default_factory=dict)
    backups: BackupsOfSchedule | None = None
    about: str = ""


def row_of_tenant(line: Line, slug: str, backups: BackupsOfSchedule | None, *, may_manage: bool) -> Row:
    urls = {verb: reverse(f"{verb}-schedule", args=[slug, line.schedule.pk]) for verb in _VERBS if may_manage}
    return Row(line, urls, backups)


def rows_of_workspaces(lines: Iterable[Line], manageable: Iterable[int]) -> list[Row]:
    """Return the rows of schedules of whole workspaces; `manageable` are the workspaces where the person may."""
    able = set(manageable)
    return [Row(line, _urls(line, able), about=words_of_schedule(line.schedule)) for line in lines]


def _urls(line: Line, able: set[int]) -> dict[str, str]:
    if line.schedule.workspace_id not in able:
        return {}
    return {verb: reverse(f"workspace-{verb}-schedule", args=[line.schedule.pk]) for verb in _VERBS}
