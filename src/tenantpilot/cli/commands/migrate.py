"""`tenantpilot migrate`."""

import typer

from tenantpilot.cli import schema
from tenantpilot.cli.console import done

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database up to date. Make a backup first: tenantpilot database backup."""
    applied = schema.migrate()
    done(f"{len(applied)} migrations applied" if applied else "The database is up to date")
