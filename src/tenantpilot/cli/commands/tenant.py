"""`tenantpilot tenant`."""

from typing import Annotated
from uuid import UUID

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import CloudName, find_tenant
from tenantpilot.cli.console import done, out, say
from tenantpilot.graph.clouds import CLOUDS
from tenantpilot.operations.offboarding import archiving, removing
from tenantpilot.tenancy import tenants

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")]


@app.callback()
def group() -> None:
    """Change a tenant. Each change is recorded in the audit log."""


@app.command()
def rename(tenant: Name, title: Annotated[str, typer.Option("--title", help="Its new name for people.")]) -> None:
    """Give the tenant another name for people. Its name in addresses stays."""
    record = find_tenant(tenant)
    tenants.rename_tenant(record, title, actor=None, now=timezone.now())
    done(f"{tenant} is named {record.name}")


@app.command()
def directory(
    tenant: Name,
    directory: Annotated[UUID, typer.Argument(metavar="ID", help="The tenant id on the Entra overview page.")],
    cloud: Annotated[CloudName, typer.Option(help="The cloud of Microsoft it lives in.")] = CloudName.GLOBAL,
) -> None:
    """Mend the directory id and cloud. Possible until TenantPilot has signed in there once."""
    record = find_tenant(tenant)
    home = next(cloud_ for cloud_ in CLOUDS if cloud_.name == cloud.value)
    tenants.change_directory(
        record,
        entra_tenant_id=directory,
        login_url=home.login_url,
        graph_url=home.graph_url,
        actor=None,
        now=timezone.now(),
    )
    done(f"{tenant} is the directory {directory}")
    say(f"Try it: tenantpilot doctor --tenant {tenant}")


@app.command()
def archive(tenant: Name) -> None:
    """End the tenant's operations and let its schedules start nothing. Its data stays readable."""
    record = find_tenant(tenant)
    archiving.archive_tenant(record, actor=None, now=timezone.now())
    done(f"{record.name} is archived. Take it back with: tenantpilot tenant bring-back {tenant}")


@app.command()
def bring_back(tenant: Name) -> None:
    """Let an archived tenant work again."""
    record = find_tenant(tenant)
    archiving.bring_tenant_back(record, actor=None, now=timezone.now())
    done(f"{record.name} is back")


@app.command()
def remove(
    tenant: Name,
    confirm: Annotated[str, typer.Option(metavar="NAME", help="The tenant's name for people, to confirm it.")],
) -> None:
    """Remove an archived tenant with all that TenantPilot keeps of it. Workers do it; the audit log stays."""
    record = find_tenant(tenant)
    run = removing.start_removal(record, typed=confirm, actor=None, now=timezone.now()).run
    done(f"{record.name} is being removed")
    out.print(run.pk)
    say(f"Watch it: tenantpilot runs watch {run.pk}")
