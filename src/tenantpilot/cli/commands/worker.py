"""`tenantpilot worker`."""

from typing import Annotated

import typer
from django.conf import settings

from tenantpilot.cli.problems import Problem
from tenantpilot.cli.readiness import require_ready
from tenantpilot.cli.work.worker import work

app = typer.Typer()


@app.command()
def worker(
    queue: Annotated[
        list[str] | None, typer.Option("--queue", help="Take jobs of this queue; may be given again. All without it.")
    ] = None,
) -> None:
    """Run one worker alone. SIGTERM lets it finish its run, or hand it on."""
    queues = queue or list(settings.TASKS["default"]["QUEUES"])
    _require_known(queues)
    require_ready()
    work(queues)


def _require_known(queues: list[str]) -> None:
    queues_known = settings.TASKS["default"]["QUEUES"]
    if unknown := [name for name in queues if name not in queues_known]:
        raise Problem(f"There is no queue {', '.join(unknown)}.", f"Queues are: {', '.join(queues_known)}.")
