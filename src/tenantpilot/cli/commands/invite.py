"""`tenantpilot invite`."""

from typing import Annotated

import typer
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tenantpilot.cli.commands.add import find_tenant, find_workspace
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.tenancy import invitations
from tenantpilot.tenancy.mailing import mail_invitation
from tenantpilot.tenancy.roles import Role

app = typer.Typer()

USUAL_ADDRESS = "http://127.0.0.1:8000"


@app.command()
def invite(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Only an account with this address can accept.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    tenant: Annotated[str | None, typer.Option(help="In this tenant.")] = None,
    workspace: Annotated[str | None, typer.Option(help="In every tenant of this workspace.")] = None,
) -> None:
    """Print a link by which somebody joins. It works once, for seven days; where a mail server is set, mail it too."""
    if (tenant is None) == (workspace is None):
        raise Problem("A role is given in one place.", "Write --tenant NAME or --workspace NAME.")
    place = find_tenant(tenant) if tenant else None
    home = place.workspace if place else find_workspace(str(workspace))
    link = invitations.invite(workspace=home, tenant=place, email=email, role=role, actor=None, now=timezone.now())
    address = link_address("accept-invitation", link.token)
    is_mailed = mail_invitation(link, address, now=timezone.now())
    done(f"{link.email} is invited as {role.label} of {link.place}" + (", by mail" if is_mailed else ""))
    if settings.SENDS_MAIL and not is_mailed:
        say("The mail server did not take the mail. Send the link yourself, and check TENANTPILOT_SMTP_URL.")
    out.print(address, markup=False)


def link_address(name: str, token: str) -> str:
    """Return the address of a link: where the settings say that people reach the pages, else on this machine."""
    return f"{settings.PUBLIC_ADDRESS or USUAL_ADDRESS}{reverse(name, args=[token])}"
