"""The demo with pages, until somebody stops it."""

import logging
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from rich.rule import Rule

from tenantpilot.cli.console import done, err, out, say
from tenantpilot.cli.demo import history, sample, story
from tenantpilot.cli.demo.people_and_places import OLIVIA, PEOPLE, TENANTS, SampleTenant
from tenantpilot.cli.demo.setup import Stage
from tenantpilot.cli.processes.supervisor import Supervisor
from tenantpilot.cli.run_words import title
from tenantpilot.directory.services import start_group_sync
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.presenter import counts_text
from tenantpilot.operations.states import RunOutcome
from tenantpilot.web.sign_in.links import path_for

GRACE_SECONDS = 6.0
LOOKS_EVERY_SECONDS = 0.5


def run(stage: Stage, listener: socket.socket, *, with_story: bool = False) -> None:
    """Prepare, show the address and the people, follow the first syncs, go on until Ctrl-C.

    With a story, a new demo has a month of history, which is made while its pages are open already, and goes on by
    itself: backups, changes by people, captures, a restore to confirm.
    """
    port = int(listener.getsockname()[1])
    is_new = stage.prepare_data(ago=history.LENGTH if with_story else timedelta(0))
    has_history = is_new and with_story
    with Supervisor(grace_seconds=GRACE_SECONDS) as supervisor:
        stage.start_simulator(supervisor, behind=history.LENGTH if has_history else timedelta(0))
        stage.start_web(supervisor, descriptor=listener.fileno(), port=port)
        show_address(f"http://127.0.0.1:{port}", logs=str(stage.folder.logs))
        if has_history:
            _write_history(stage, supervisor)
        stage.start_workers(supervisor)
        runs = start_first_syncs(TENANTS if is_new else ())
        _follow(runs, supervisor)
        if runs and with_story and not supervisor.stopping:
            story.play(stage.simulator_port, lambda run_ids: _follow(run_ids, supervisor))
        supervisor.run()
        say("\nStopping ...")
    say(f"Stopped. The data stays in {stage.folder.path}; the next demo finds it again.")


def start_first_syncs(new: Sequence[SampleTenant] = ()) -> list[int]:
    """Start a sync of the policies and of the groups of each tenant that is new, or was never synced."""
    initiator, now = sample.person(OLIVIA), timezone.now()
    return [
        start(tenant=sample.tenant(place), initiator=initiator, now=now).run.pk
        for place in TENANTS
        if place in new or sample.never_synced(place)
        for start in (start_sync, start_group_sync)
    ]


def _write_history(stage: Stage, supervisor: Supervisor) -> None:
    def is_over() -> bool:
        supervisor.step(0)
        return supervisor.stopping

    say("Writing a month of history; the pages are open already ...")
    with _log_lines_in(stage.folder.log("history")):
        versions = history.write(stage.simulator_port, stage.pace.latency_ms, is_over=is_over)
    done(f"A month of history: {versions} versions")


@contextmanager
def _log_lines_in(path: Path) -> Iterator[None]:
    """Write the log lines of this process into a file, as workers write theirs, and not between the demo's own."""
    console = next(handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler)
    with path.open("a", encoding="utf-8") as lines:
        before = console.setStream(lines)
        try:
            yield
        finally:
            console.setStream(before)


def show_address(address: str, *, logs: str) -> None:
    """Links stand alone at the end of a line and are never wrapped, so that they can be clicked and copied."""
    out.print(Rule("TenantPilot demo", style="cyan"))
    out.print(f"  [bold]{address}[/]\n\n  Sign in as")
    for person in PEOPLE:
        out.print(f"    [bold]{person.name:<7}[/] {person.standing}")
        out.print(f"            {address}{path_for(sample.person(person))}", style="cyan", no_wrap=True)
    out.print(f"\n  Logs: {logs}\n  Ctrl-C stops everything; the data is kept.")
    out.print(Rule(style="cyan"))


def _follow(run_ids: Iterable[int], supervisor: Supervisor) -> None:
    waiting = set(run_ids)
    while waiting and not supervisor.stopping:
        for ended in OperationRun.everywhere.completed().filter(pk__in=waiting).select_related("tenant"):
            _print_ending(ended)
            waiting.discard(ended.pk)
        supervisor.step(LOOKS_EVERY_SECONDS)


def _print_ending(ended: OperationRun) -> None:
    if ended.outcome == RunOutcome.SUCCEEDED:
        done(f"{title(ended)} succeeded: {counts_text(ended.type, ended.summary_counts)}")
    else:
        err.print(f"[yellow]![/] {title(ended)} {ended.get_outcome_display().lower()}: {ended.message}")
