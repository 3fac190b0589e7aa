"""`tenantpilot resume`."""

from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, say
from tenantpilot.tenancy.stops import resume_installation, resume_tenant

app = typer.Typer()


@app.command()
def resume(
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="TENANT", help="This tenant alone.")] = None,
    as_person: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who resumes it, for the audit log.")
    ] = None,
) -> None:
    """Let all work, or that of one tenant, go on after a stop.

    Of a database that was copied or restored, resume one installation alone: two of them would do all work twice.
    """
    actor, now = find_person(as_person) if as_person else None, timezone.now()
    if tenant is None:
        resumed, subject = resume_installation(actor=actor, now=now), "all work"
    else:
        where = find_tenant(tenant)
        resumed, subject = resume_tenant(where, actor=actor, now=now), f"the work of {where.name}"
    if resumed:
        done(f"Resumed {subject}: runs are taken up within a minute")
    else:
        say(f"Nothing to do: {subject} is not stopped.")
