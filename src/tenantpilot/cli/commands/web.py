"""`tenantpilot web`."""

from typing import Annotated

import typer
from django.conf import settings
from django.db import connections

from tenantpilot.cli.processes.listening import listen
from tenantpilot.cli.readiness import require_ready_for_pages
from tenantpilot.cli.web_server import WebServer

app = typer.Typer()


@app.command()
def web(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    descriptor: Annotated[int | None, typer.Option("--fd", hidden=True, help="A socket that the parent holds.")] = None,
) -> None:
    """Run the web server alone. Put a proxy that speaks TLS in front of it."""
    listener = None if descriptor is not None else listen(host, port)
    require_ready_for_pages()
    connections.close_all()
    number = descriptor if listener is None else listener.detach()
    WebServer(f"fd://{number}", grace_seconds=settings.SHUTDOWN_GRACE_SECONDS).run()
