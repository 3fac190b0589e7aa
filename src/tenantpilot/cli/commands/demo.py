"""`tenantpilot demo`. Its settings are chosen here, before Django reads them."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from tenantpilot.cli.boot import get_django_ready, set_variables
from tenantpilot.cli.console import err, out, say
from tenantpilot.cli.demo.choices import DEFAULT_FOLDER, FOR_PEOPLE, HEADLESS, WITH_A_KILL, Fault, Pace, variables
from tenantpilot.cli.demo.folder import DemoFolder
from tenantpilot.cli.demo.simulator import address
from tenantpilot.cli.processes.listening import free_port, listen

app = typer.Typer()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Without pages: do one sync, say what came of it, end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: print one JSON object.")] = False,
    fault: Annotated[Fault | None, typer.Option(help="With --once: what goes wrong on purpose.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the pages are.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(help="The demo's folder; --once makes one for itself.")] = None,
    with_story: Annotated[
        bool, typer.Option("--story/--no-story", help="Fill a new demo: backups, changes by people, a restore.")
    ] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left in the folder.")] = False,
) -> None:
    """Run the whole product on sample tenants, until Ctrl-C."""
    if once:
        _run_once(data_dir, fault, fresh=fresh, as_json=as_json)
    elif as_json or fault:
        raise typer.BadParameter("--json and --fault need --once.")
    else:
        _run_for_people(data_dir or DEFAULT_FOLDER, port, fresh=fresh, with_story=with_story)


def _run_for_people(data_dir: Path, port: int, *, fresh: bool, with_story: bool) -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(listen("127.0.0.1", port))
        folder = stack.enter_context(_prepared(data_dir, fresh=fresh))
        stage = _stage(folder, FOR_PEOPLE, log_level="INFO", to_log_files=True)
        import_module("tenantpilot.cli.demo.interactive").run(stage, listener, with_story=with_story)


def _run_once(data_dir: Path | None, fault: Fault | None, *, fresh: bool, as_json: bool) -> None:
    with ExitStack() as stack:
        path = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenantpilot-demo-")))
        folder = stack.enter_context(_prepared(path, fresh=fresh))
        pace = WITH_A_KILL if fault else HEADLESS
        stage = _stage(folder, pace, log_level="WARNING", to_log_files=False)
        report = import_module("tenantpilot.cli.demo.headless").run(stage, fault)
    if as_json:
        out.print(json.dumps(report.as_json(), indent=2), markup=False)
    else:
        out.print(_summary(report.facts), markup=False)
    for problem in report.problems:
        err.print(f"[bold red]✗[/] {problem}")
    raise typer.Exit(1 if report.problems else 0)


@contextmanager
def _prepared(path: Path, *, fresh: bool) -> Iterator[DemoFolder]:
    say(f"Preparing the demo in {path} ...")
    with DemoFolder(path) as folder:
        if fresh:
            folder.empty()
        yield folder


def _stage(folder: DemoFolder, pace: Pace, *, log_level: str, to_log_files: bool) -> Any:
    """Return the module that needs Django, imported once Django is ready."""
    port = free_port()
    set_variables(variables(folder.path, simulator=address(port), pace=pace, log_level=log_level))
    get_django_ready()
    return import_module("tenantpilot.cli.demo.setup").Stage(folder, port, pace, to_log_files)


def _summary(facts: dict[str, Any]) -> str:
    run = facts["run"]
    return f"Run {run['id']}: {run['outcome'] or run['status']}, {facts['policies']} policies, {facts['seconds']} s"
