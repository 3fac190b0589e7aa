"""`tenantpilot credential`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import find_tenant
from tenantpilot.cli.console import done, say
from tenantpilot.cli.secrets import ask_secret
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.models import TenantCredential

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Manage the credential with which TenantPilot signs in to a tenant's Graph."""


@app.command("set")
def set_credential(
    tenant: Annotated[str, typer.Argument(metavar="TENANT")],
    client_id: Annotated[UUID, typer.Option(help="The application (client) id.")],
    certificate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A PEM file with the certificate and its key.")
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="When it expires, in UTC. A certificate says so itself."),
    ] = None,
) -> None:
    """Seal and keep a client secret or a certificate. A secret is asked for, or read from stdin; never an argument."""
    where = find_tenant(tenant)
    kind = TenantCredential.Kind.CERTIFICATE if certificate else TenantCredential.Kind.SECRET
    secret = certificate.read_text(errors="replace") if certificate else ask_secret("Client secret")
    stored = store_credential(
        tenant=where,
        kind=kind,
        client_id=client_id,
        secret=secret,
        expires_at=expires.replace(tzinfo=UTC) if expires else None,
        actor=None,
        now=timezone.now(),
    )
    done(f"credential of {where.name} is sealed with key {stored.key_id}")
    say(f"Try it: tenantpilot doctor --tenant {where.slug}")
