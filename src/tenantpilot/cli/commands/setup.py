"""`tenantpilot setup`."""

import typer
from django.conf import settings

from tenantpilot.cli.console import done, say
from tenantpilot.cli.install import prepare_data_folder
from tenantpilot.cli.schema import migrate

app = typer.Typer()


@app.command()
def setup() -> None:
    """Prepare the data folder, its keys and the database. What is there already is left as it is."""
    created_paths = prepare_data_folder(settings.DATA_DIR)
    done(f"data folder {settings.DATA_DIR}" + (f": made {', '.join(created_paths)}" if created_paths else ""))
    done(f"database: {len(migrate())} migrations applied")
    say("Keep copies of secret.key and sealing.keys apart from the database: without them stored credentials are lost.")
    say("Next: tenantpilot doctor, then tenantpilot serve, which prints a link for the first owner")
