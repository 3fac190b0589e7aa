"""`tenantpilot workspace`."""

from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import find_workspace
from tenantpilot.cli.console import done
from tenantpilot.operations.offboarding import archiving, removing
from tenantpilot.tenancy import services

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its name in addresses.")]


@app.callback()
def group() -> None:
    """Change a workspace. Each change is recorded in the audit log."""


@app.command()
def rename(workspace: Name, title: Annotated[str, typer.Option("--title", help="Its new name for people.")]) -> None:
    """Give the workspace another name for people."""
    services.rename_workspace(find_workspace(workspace), title, actor=None, now=timezone.now())
    done(f"{workspace} is named {title}")


@app.command()
def archive(workspace: Name) -> None:
    """Archive every tenant of the workspace. Its data stays readable."""
    record = find_workspace(workspace)
    archiving.archive_workspace(record, actor=None, now=timezone.now())
    done(f"{record.name} is archived. Take it back with: tenantpilot workspace bring-back {workspace}")


@app.command()
def bring_back(workspace: Name) -> None:
    """Bring the workspace back, with the tenants that were archived with it."""
    record = find_workspace(workspace)
    archiving.bring_workspace_back(record, actor=None, now=timezone.now())
    done(f"{record.name} is back")


@app.command()
def remove(
    workspace: Name,
    confirm: Annotated[str, typer.Option(metavar="NAME", help="The workspace's name for people, to confirm it.")],
) -> None:
    """Remove an archived workspace with its tenants and members. People keep their accounts; the audit log stays."""
    record = find_workspace(workspace)
    rows = removing.remove_workspace(record, typed=confirm, actor=None, now=timezone.now())
    done(f"{record.name} is removed, with {sum(rows.values())} rows")
