"""`tenantpilot person`."""

from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import ask_password, find_person, require_address
from tenantpilot.cli.console import done
from tenantpilot.tenancy import accounts
from tenantpilot.tenancy.models import TenantMember, WorkspaceMember

app = typer.Typer(no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address that the person signs in with.")]


@app.callback()
def group() -> None:
    """Change the account of a person. Each command prints whom it found, and is recorded in the audit log."""


@app.command()
def show(email: Email) -> None:
    """Print who has this address, since when, and which roles."""
    person = find_person(email)
    for role in WorkspaceMember.everywhere.filter(user=person).select_related("workspace"):
        done(f"{role.get_role_display()} of workspace {role.workspace.slug}")
    for membership in TenantMember.everywhere.filter(user=person).select_related("tenant"):
        done(f"{membership.get_role_display()} of tenant {membership.tenant.slug}")


@app.command()
def address(
    email: Email, new: Annotated[str, typer.Argument(metavar="NEW", help="The address to sign in with from now on.")]
) -> None:
    """Give the person another address. Nobody else can: no page changes an address."""
    person = find_person(email)
    accounts.change_address(person, require_address(new), actor=None, now=timezone.now())
    done(f"{person.display_name} signs in as {person.email}")


@app.command()
def password(email: Email) -> None:
    """Set the password and end every session. It is asked for, or read from stdin."""
    person = find_person(email)
    accounts.change_password(person, ask_password(person), actor=None, now=timezone.now())
    done(f"{person.display_name} has a new password")


@app.command()
def switch_off(email: Email) -> None:
    """Let the person in no more. Sessions end with the next request; roles and history stay."""
    person = find_person(email)
    accounts.switch_off(person, actor=None, now=timezone.now())
    done(f"{person.display_name} is switched off")


@app.command()
def switch_on(email: Email) -> None:
    """Let the person in again."""
    person = find_person(email)
    accounts.switch_on(person, actor=None, now=timezone.now())
    done(f"{person.display_name} is switched on")


@app.command()
def remove_second_factor(email: Email) -> None:
    """Let the person in by password alone, for one who lost device and recovery codes. Make sure who asks for it."""
    person = find_person(email)
    removed = accounts.remove_second_factor(person, actor=None, now=timezone.now())
    done(f"{person.display_name} {'has' if removed else 'had'} no second factor")
