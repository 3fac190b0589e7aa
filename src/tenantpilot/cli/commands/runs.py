"""`tenantpilot runs`."""

import time
from typing import Annotated

import typer
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tenantpilot.cli import run_words as words
from tenantpilot.cli.commands.add import find_person
from tenantpilot.cli.console import err, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, require_in_workspace, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User

app = typer.Typer(no_args_is_help=True)

LOOKS_EVERY_SECONDS = 0.5
RunId = Annotated[int, typer.Argument(metavar="RUN", help="The number of the run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.callback()
def group() -> None:
    """Look at operation runs, wait for one, cancel one."""


@app.command("list")
def list_runs(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's, by its name in addresses.")] = None,
    active: Annotated[bool, typer.Option("--active", help="Only queued and running ones.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    """The newest runs of every tenant, or of one."""
    runs = OperationRun.everywhere.newest_first().for_list()
    if tenant is not None:
        runs = runs.filter(tenant__slug=tenant)
    if active:
        runs = runs.active()
    page = list(runs[:limit])
    if as_json:
        words.print_json([words.brief(run) for run in page])
    elif page:
        out.print(words.table(page, now=timezone.now(), width=out.width))
        words.print_remedies(page)
    else:
        say("No runs.")


@app.command()
def show(run_id: RunId, as_json: AsJson = False) -> None:
    """All about one run: counts, failures, timeline."""
    run = _run(run_id)
    if as_json:
        words.print_json(words.whole(run))
    else:
        words.print_whole(run, now=timezone.now())


@app.command()
def watch(run_id: RunId, as_json: AsJson = False) -> None:
    """Wait until a run has ended. Ends with 0 if it succeeded, else with 1."""
    run = _run(run_id)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task(words.title(run), total=None)
        while run.is_active:
            live = words.live(run)
            progress.update(bar, description=words.title(run), completed=live.processed or 0, total=live.total)
            time.sleep(LOOKS_EVERY_SECONDS)
            run = _run(run_id)
    show(run_id, as_json)
    raise typer.Exit(0 if run.outcome == RunOutcome.SUCCEEDED else 1)


@app.command()
def cancel(
    run_id: RunId,
    person: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who cancels it; they must be allowed to.")],
) -> None:
    """End a queued run, or ask a running one to stop at its next safe point."""
    run, actor = _run(run_id), _person(person)
    _require_may_cancel(actor, run)
    try:
        ended = OperationRunService().request_cancel(run, actor=actor, now=timezone.now())
    except CannotCancel as error:
        raise Problem(
            f"Run {run_id} has ended already ({error.run.outcome}).", "There is nothing to cancel."
        ) from error
    say(
        f"Run {run_id} is cancelled."
        if ended
        else f"Run {run_id} was asked to stop; watch it: tenantpilot runs watch {run_id}"
    )


def _run(run_id: int) -> OperationRun:
    run = OperationRun.everywhere.select_related("tenant", "initiator", "live").filter(pk=run_id).first()
    if run is None:
        raise Problem(f"There is no run {run_id}.", "Look at: tenantpilot runs list")
    return run


def _person(email: str) -> User:
    person = find_person(email)
    if not person.is_active:
        raise Problem(f"{person.display_name} is switched off.", f"Run: tenantpilot person switch-on {email}")
    return person


def _require_may_cancel(actor: User, run: OperationRun) -> None:
    """Refuse a person who may not cancel: the audit log shall name somebody who may."""
    try:
        if run.tenant is None:
            require_in_workspace(actor, run.workspace, Capability.OPERATIONS_CANCEL)
        else:
            resolve_tenant(actor, run.tenant.slug).require(Capability.OPERATIONS_CANCEL)
    except (NotVisible, CapabilityMissing) as error:
        place = "this tenant" if run.tenant else "the whole workspace"
        raise Problem(f"{actor.email} may not cancel operations of {place}.", "Name somebody who may.") from error
