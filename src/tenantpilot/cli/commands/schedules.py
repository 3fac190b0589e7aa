"""`tenantpilot schedules`."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from django.utils import timezone
from django_scopes import scope
from rich.table import Table

from tenantpilot.cli import run_words as words
from tenantpilot.cli.commands.add import find_person, find_workspace
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC
from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.inventory.many_tenants.wording import words_of_schedule
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.faults import FaultySchedule
from tenantpilot.operations.schedules.reading import Line, lines_of_workspaces
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, require_in_workspace
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User, Workspace
from tenantpilot.web.ui.schedule_words import cadence_words

app = typer.Typer(no_args_is_help=True)

WorkspaceName = Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its name in addresses.")]
ScheduleId = Annotated[int, typer.Argument(metavar="SCHEDULE", help="The number of the schedule.")]
AsPerson = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it; they must be allowed to.")]
At = Annotated[str, typer.Option(metavar="HH:MM", help="The time of day.")]
Zone = Annotated[str, typer.Option(help="The time zone of that time.")]


@app.callback()
def group() -> None:
    """Start syncs in the tenants of a workspace by the clock. Schedules of single tenants are made on their pages."""


@app.command()
def create(
    workspace: WorkspaceName,
    name: Annotated[str, typer.Option(help="The name of the schedule.")],
    person: AsPerson,
    tenants_named: Annotated[
        str, typer.Option(help="Only tenants whose name holds this text; otherwise every tenant.")
    ] = "",
    capture: Annotated[
        bool, typer.Option("--capture", help="Read every policy whole, and take a version of each that changed.")
    ] = False,
    at: At = "03:00",
    time_zone: Zone = "UTC",
) -> None:
    """Sync every tenant of a workspace each day, also those that are added later. Prints the schedule's number."""
    where = find_workspace(workspace)
    actor = _manager(person, where)
    inputs = TenantsInputs(TenantFilter(tenants_named), capture=capture)
    try:
        schedule = services.create_schedule(
            TENANTS_SYNC,
            tenant=None,
            workspace=where,
            name=name,
            cadence=_daily(at, time_zone),
            inputs=inputs,
            actor=actor,
            now=timezone.now(),
        )
    except services.NameTaken as error:
        raise Problem(str(error), "Choose another name.") from None
    done(f"{words_of_schedule(schedule)} of {where.name}: {cadence_words(schedule.cadence)}")
    out.print(schedule.pk)


@app.command("list")
def list_schedules(
    workspace: WorkspaceName, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False
) -> None:
    """The schedules of the whole workspace, by name: the next slot, and what became of the last one."""
    where = find_workspace(workspace)
    with scope(workspace=where):
        lines = lines_of_workspaces([where])
    if as_json:
        words.print_json([_facts(line) for line in lines])
    elif lines:
        out.print(_table(lines))
    else:
        say(f"No schedules. Make one with: tenantpilot schedules create {workspace} --name … --as …")


@app.command()
def pause(schedule: ScheduleId, person: AsPerson) -> None:
    """Fill no slot until the schedule is resumed."""
    _change(schedule, person, services.pause, "is paused")


@app.command()
def resume(schedule: ScheduleId, person: AsPerson) -> None:
    """Go on with the next slot."""
    _change(schedule, person, services.resume, "goes on with its next slot")


@app.command()
def delete(schedule: ScheduleId, person: AsPerson) -> None:
    """Delete the schedule. The runs that it has started stay."""
    _change(schedule, person, services.delete_schedule, "is deleted")


@app.command()
def run(schedule: ScheduleId, person: AsPerson) -> None:
    """Start what the schedule starts, now and for the person. Prints the run's number."""
    record = _find(schedule)
    actor = _manager(person, record.workspace)
    try:
        answer = services.run_now(record, initiator=actor, now=timezone.now())
    except FaultySchedule as error:
        raise Problem(f"{record.name} cannot start anything: {error}.", "Look at its page.") from None
    except DispatchFailed as error:
        raise Problem(f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor.") from None
    out.print(answer.run.pk)
    say(f"Watch it: tenantpilot runs watch {answer.run.pk}")


def _change(number: int, email: str, verb: Callable[..., None], result: str) -> None:
    record = _find(number)
    verb(record, actor=_manager(email, record.workspace), now=timezone.now())
    done(f"{record.name} {result}")


def _find(number: int) -> Schedule:
    """Raises Problem."""
    record = Schedule.everywhere.filter(tenant=None, pk=number).select_related("workspace").first()
    if record is None:
        raise Problem(f"No workspace has a schedule {number}.", "Look at: tenantpilot schedules list WORKSPACE")
    return record


def _manager(email: str, workspace: Workspace) -> User:
    """Return the person, who manages schedules and may sync in the whole workspace. Raises Problem."""
    person = find_person(email)
    try:
        for capability in (Capability.SCHEDULE_MANAGE, TENANTS_SYNC.capability):
            require_in_workspace(person, workspace, capability)
    except (NotVisible, CapabilityMissing):
        raise Problem(
            f"{person.display_name} may not manage schedules of the workspace {workspace.name}.",
            f"Run: tenantpilot add member {email} --workspace {workspace.slug} --role operator",
        ) from None
    return person


def _daily(at: str, time_zone: str) -> Cadence:
    """Raises Problem."""
    hour, _colon, minute = at.partition(":")
    try:
        return Cadence(Frequency.DAILY, time_zone, int(minute), int(hour))
    except Exception:
        raise Problem(f"{at} {time_zone} is no time of day.", "Write: --at 03:00 --time-zone Europe/Berlin") from None


def _facts(line: Line) -> dict[str, Any]:
    schedule, last = line.schedule, line.last
    return {
        "id": schedule.pk,
        "name": schedule.name,
        "tenants": words_of_schedule(schedule),
        "state": line.state,
        "next": None if schedule.paused_at else schedule.next_slot_at.isoformat(),
        "last": last.slot_at.isoformat() if last else None,
        "last_result": last.result if last else "",
        "last_run": last.run_id if last else None,
        "last_run_state": last.run.state if last and last.run else "",
    }


def _table(lines: list[Line]) -> Table:
    table = Table("Id", "Name", "Tenants", "State", "When", "Last run")
    for line in lines:
        schedule, last = line.schedule, line.last
        when = cadence_words(line.cadence) if line.cadence else schedule.time_zone
        ran = f"{last.run_id} {last.run.state}" if last and last.run else last.result if last else ""
        cells = (schedule.name, words_of_schedule(schedule), line.state, when, ran)
        table.add_row(str(schedule.pk), *(cell.replace("[", r"\[") for cell in cells))
    return table
