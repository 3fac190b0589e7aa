"""`tenantpilot serve`."""

from typing import Annotated

import typer
from django.conf import settings
from django.db import connections

from tenantpilot.cli import first_run
from tenantpilot.cli.console import say
from tenantpilot.cli.processes import process_group
from tenantpilot.cli.processes.listening import address, listen
from tenantpilot.cli.processes.supervisor import Supervisor
from tenantpilot.cli.readiness import require_ready_for_pages

app = typer.Typer()

MORE_THAN_A_CHILD = 3.0


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many worker processes.")] = 2,
) -> None:
    """Run web, workers and scheduler on this machine, and start again whatever ends. SIGTERM or Ctrl-C stops all.

    In an empty folder it makes keys and database first, and prints a link that makes the first owner in the browser.
    """
    listener = listen(host, port)
    if first_run.is_untouched():
        first_run.prepare()
    require_ready_for_pages()
    first_run.print_setup_link(settings.PUBLIC_ADDRESS or address(host, port))
    connections.close_all()
    with Supervisor(grace_seconds=settings.SHUTDOWN_GRACE_SECONDS + MORE_THAN_A_CHILD) as supervisor:
        supervisor.start(
            [process_group.web(listener.fileno()), *process_group.workers(workers), process_group.scheduler()]
        )
        say(f"TenantPilot listens on {address(host, port)} with {workers} workers")
        supervisor.run()
        say("Stopping; runs under way are finished first (Ctrl-C again: at once)")
