"""`tenantpilot person`."""

from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.commands.add import ask_password, find_person, find_tenant, find_workspace, require_address
from tenantpilot.cli.commands.invite import link_address
from tenantpilot.cli.console import done, out
from tenantpilot.cli.problems import Problem
from tenantpilot.tenancy import accounts, members, recovery
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


@app.command()
def recover(
    email: Email,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="Remove the second factor as well.")] = False,
) -> None:
    """Print a link by which the person chooses a new password. It works once, for 24 hours. Make sure who asks."""
    person = find_person(email)
    link = recovery.make_link(person, removes_second_factor=second_factor, actor=None, now=timezone.now())
    done(f"a link for {person.display_name}; what they have goes on working until they use it")
    out.print(link_address("recover", link.token), markup=False)


@app.command()
def remove(
    email: Email,
    tenant: Annotated[str | None, typer.Option(help="Take the role in this tenant away.")] = None,
    workspace: Annotated[
        str | None, typer.Option(help="Take all roles in this workspace and its tenants away.")
    ] = None,
) -> None:
    """Take roles away. Leaving a workspace ends sessions and open links; operations and schedules go on."""
    if (tenant is None) == (workspace is None):
        raise Problem("A person is removed from one place.", "Write --tenant NAME or --workspace NAME.")
    person, now = find_person(email), timezone.now()
    if tenant is not None:
        removed = members.remove_from_tenant(tenant=find_tenant(tenant), person=person, actor=None, now=now)
    else:
        home = find_workspace(str(workspace))
        removed = members.remove_from_workspace(workspace=home, person=person, actor=None, now=now)
    done(f"{person.display_name} {'is' if removed else 'was'} no member of {tenant or workspace}")
