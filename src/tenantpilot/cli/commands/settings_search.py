"""`tenantpilot settings`."""

from typing import Annotated

import typer
from django.utils import timezone
from django_scopes import scope
from rich.table import Table

from tenantpilot.cli import run_words as words
from tenantpilot.cli.commands.add import find_person, find_tenant
from tenantpilot.cli.console import done, out, say
from tenantpilot.operations.presenter import OperationUxPresenter
from tenantpilot.operations.results import AlreadyActive
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, Workspace
from tenantpilot.versions.operations import SETTING_INDEX_FILL
from tenantpilot.versions.services import start_index_fill
from tenantpilot.versions.setting_search import Results, find_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Search the settings of captured policies."""


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A part of a setting's name, id or value.")],
    tenant: Annotated[str | None, typer.Option(help="Only in this tenant, by its name in addresses.")] = None,
    as_person: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Only in the tenants that this person may see.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Find a setting by its name, id or value in the captured policies of all tenants, or of one."""
    tenants = Tenant.everywhere.all()
    if as_person is not None:
        tenants = tenants_where(find_person(as_person), Capability.INVENTORY_VIEW)
    if tenant is not None:
        tenants = tenants.filter(pk=find_tenant(tenant).pk)
    with scope(workspace=list(Workspace.objects.filter(pk__in=tenants.values("workspace")))):
        results = find_settings(tenants.values("pk"), text.strip())
        _print(results, as_json=as_json)


@app.command()
def fill(tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")]) -> None:
    """Read versions of an older release into the search. Prints the run's number; the scheduler does it by itself."""
    answer = start_index_fill(tenant=find_tenant(tenant), initiator=None, now=timezone.now())
    joined = isinstance(answer, AlreadyActive)
    toast = OperationUxPresenter.already_queued_toast if joined else OperationUxPresenter.queued_toast
    done(toast(SETTING_INDEX_FILL, answer.run).title)
    out.print(answer.run.pk)


def _print(results: Results, *, as_json: bool) -> None:
    if as_json:
        words.print_json(
            {
                "settings": [{"key": row.key, "name": row.label, "origin": row.origin} for row in results.settings],
                "values": [
                    {
                        "tenant": value.row.tenant.slug,
                        "policy": value.row.policy.name,
                        "key": value.row.definition.key,
                        "value": value.value,
                    }
                    for value in results.values
                ],
            }
        )
        return
    if results.is_empty:
        say("Nothing found. Values are searched for three letters in a row.")
        return
    if results.settings:
        table = Table("Setting", "Id")
        for row in results.settings:
            table.add_row(_plain(str(row)), _plain(row.key))
        out.print(table)
    if results.values:
        table = Table("Tenant", "Policy", "Setting", "Value")
        for value in results.values:
            cells = (value.row.tenant.slug, value.row.policy.name, value.label, value.value)
            table.add_row(*map(_plain, cells))
        out.print(table)
    if results.has_more_settings or results.has_more_values:
        say("There is more: type a longer text.")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
