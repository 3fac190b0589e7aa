"""`tenantpilot doctor`."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from django.utils import timezone

from tenantpilot.cli.checks.connection import ConnectionFindings, TypeFinding, examine_connection
from tenantpilot.cli.checks.every import examine
from tenantpilot.cli.checks.finding import Finding, Verdict
from tenantpilot.cli.commands.add import find_tenant
from tenantpilot.cli.console import out

app = typer.Typer()

MARKS = {Verdict.OK: "[green]✓[/]", Verdict.FAILED: "[bold red]✗[/]", Verdict.NOT_CHECKED: "[dim]-[/]"}
RIGHTS = {"granted": "[green]✓[/]", "missing": "[bold red]✗[/]", "unknown": "[dim]?[/]"}


@app.command()
def doctor(
    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant",
            metavar="TENANT",
            help="Check the connection to this tenant in place of the installation: its credential, the sign-in, "
            "and for every policy type whether it may be read and written.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Check the installation, or one tenant, and say what to do. Ends with 1 if anything is wrong.

    A permission to write that is missing is told, and is nothing wrong. Nothing is written to a tenant.
    """
    failed = _installation(as_json=as_json) if tenant is None else _connection(tenant, as_json=as_json)
    raise typer.Exit(1 if failed else 0)


def _installation(*, as_json: bool) -> bool:
    found = examine()
    if as_json:
        _print_json([asdict(finding) for finding in found])
    else:
        _tell(found)
    return any(finding.failed for finding in found)


def _connection(slug: str, *, as_json: bool) -> bool:
    found = examine_connection(find_tenant(slug), now=timezone.now())
    if as_json:
        _print_json(asdict(found))
    else:
        _tell(found.findings)
        _tell_rights(found)
    return found.failed


def _tell(found: Iterable[Finding]) -> None:
    for finding in found:
        out.print(f"{MARKS[finding.verdict]} [bold]{finding.check:<12}[/] ", end="")
        out.print(finding.says, markup=False)
        if finding.remedy:
            out.print(f"  {'':<12} → {finding.remedy}", markup=False)


def _tell_rights(found: ConnectionFindings) -> None:
    if not found.policy_types:
        return
    out.print("\n[bold]read write  policy type[/]")
    for one in found.policy_types:
        _tell_type(one)
    _tell_permissions("To read: grant in Entra, as application permissions with admin consent:", found.missing)
    _tell_permissions("To write, for whoever wants that as well:", found.missing_to_write)


def _tell_permissions(title: str, names: list[str]) -> None:
    if names:
        out.print(f"\n{title}")
    for name in names:
        out.print(f"  {name}", markup=False)


def _tell_type(one: TypeFinding) -> None:
    out.print(f" {RIGHTS[one.reading]}    {RIGHTS[one.writing]}    ", end="")
    out.print(f"{one.label:<46} {' '.join(one.missing)}".rstrip(), markup=False)
    if one.says and one.reading == "unknown":
        out.print(f"             → {one.says} {one.remedy}", markup=False)


def _print_json(found: Any) -> None:
    out.print(json.dumps(found, indent=2), markup=False)
