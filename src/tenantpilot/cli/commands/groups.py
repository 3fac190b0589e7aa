"""`tenantpilot groups`."""

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from tenantpilot.cli import run_words as words
from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.directory.models import Group
from tenantpilot.directory.operations import ENTRA_GROUP_SYNC
from tenantpilot.directory.services import start_group_sync
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.results import AlreadyActive, DispatchFailed
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User

app = typer.Typer(no_args_is_help=True)

TenantName = Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")]


@app.callback()
def group() -> None:
    """Sync the groups of a tenant, and list them."""


@app.command()
def sync(
    tenant: TenantName,
    as_person: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who starts it, and is notified when it ends.")
    ] = None,
) -> None:
    """Start a group sync. Prints the run's number; workers do the work."""
    where = find_tenant(tenant)
    initiator = _operator(as_person, where) if as_person else None
    try:
        answer = start_group_sync(tenant=where, initiator=initiator, now=timezone.now())
    except DispatchFailed as error:
        raise Problem(
            f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor, then try again."
        ) from None
    joined = isinstance(answer, AlreadyActive)
    toast = OperationUxPresenter.already_queued_toast if joined else OperationUxPresenter.queued_toast
    done(toast(ENTRA_GROUP_SYNC, answer.run).title)
    out.print(answer.run.pk)
    say(f"Watch it: tenantpilot runs watch {answer.run.pk}")


@app.command("list")
def list_groups(
    tenant: TenantName,
    name: Annotated[str, typer.Option(help="Only groups whose name holds this text.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """The groups of a tenant by name, as the last sync saw them."""
    rows = Group.everywhere.of_tenant(find_tenant(tenant)).by_name()
    groups = list((rows.named_like(name) if name else rows)[:limit])
    if as_json:
        words.print_json([_facts(row) for row in groups])
    elif groups:
        out.print(_table(groups))
    else:
        say(f"No groups. Read them with: tenantpilot groups sync {tenant}")


def _facts(row: Group) -> dict[str, object]:
    return {
        "id": row.graph_id,
        "name": row.name,
        "kind": row.kind,
        "dynamic": row.is_dynamic,
        "members": row.member_count,
        "presence": row.presence,
    }


def _table(groups: list[Group]) -> Table:
    table = Table("Name", "Kind", "Members", "Presence", "Id")
    for row in groups:
        count = "" if row.member_count is None else str(row.member_count)
        name = (row.name or row.graph_id).replace("[", r"\[")
        table.add_row(name, row.get_kind_display(), count, row.presence, row.graph_id)
    return table


def _operator(email: str, tenant: Tenant) -> User:
    person = find_person(email)
    try:
        resolve_tenant(person, tenant.slug).require(Capability.GROUP_SYNC)
    except (NotVisible, CapabilityMissing):
        raise Problem(
            f"{person.display_name} may not sync the groups of {tenant.name}.",
            f"Run: tenantpilot add member {email} --tenant {tenant.slug} --role operator",
        ) from None
    return person
