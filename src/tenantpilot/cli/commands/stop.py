"""`tenantpilot stop`."""

from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, say
from tenantpilot.tenancy.stops import stop_installation, stop_tenant

app = typer.Typer()


@app.command()
def stop(
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="TENANT", help="This tenant alone.")] = None,
    as_person: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who stops it, for the audit log.")
    ] = None,
) -> None:
    """Stop all work, or that of one tenant, until `tenantpilot resume`: no run is taken up, no schedule starts one.

    Runs under way stop at their next safe point, and go on from there after the resumption.
    """
    actor, now = find_person(as_person) if as_person else None, timezone.now()
    if tenant is None:
        stopped, subject = stop_installation(actor=actor, now=now), "all work"
    else:
        where = find_tenant(tenant)
        stopped, subject = stop_tenant(where, actor=actor, now=now), f"the work of {where.name}"
    if stopped:
        done(f"Stopped {subject}. Let it go on with: tenantpilot resume" + (f" --tenant {tenant}" if tenant else ""))
    else:
        say(f"Nothing to do: {subject} is stopped already.")
