"""`tenantpilot scheduler`."""

import typer

from tenantpilot.cli.readiness import require_ready
from tenantpilot.cli.work.scheduler import schedule

app = typer.Typer()


@app.command()
def scheduler() -> None:
    """Run the scheduler and reconciler alone. Several at once are safe."""
    require_ready()
    schedule()
