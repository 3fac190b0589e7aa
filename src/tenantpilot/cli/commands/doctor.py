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

    A permission to write, or an optional one, that is missing is told, and is nothing wrong. Nothing is written to a
    tenant.
    """
    failed = _installation(as_json=as_json) if tenant is None else _connection(tenant, as_json=as_json)
    raise typer.Exit(1 if failed else 0)


def _installation(*, as_json: bool) -> bool:
    result = examine()
    if as_json:
        _print_json([asdict(finding) for finding in result])
    else:
        _print_findings(result)
    return any(finding.failed for finding in result)


def _connection(slug: str, *, as_json: bool) -> bool:
    result = examine_connection(find_tenant(slug), now=timezone.now())
    if as_json:
        _print_json(asdict(result))
    else:
        _print_findings(result.findings)
        _print_rights(result)
    return result.failed


def _print_findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        out.print(f"{MARKS[finding.verdict]} [bold]{finding.check:<12}[/] ", end="")
        out.print(finding.says, markup=False)
        if finding.remedy:
            out.print(f"  {'':<12} → {finding.remedy}", markup=False)


def _print_rights(findings: ConnectionFindings) -> None:
    if not findings.policy_types:
        return
    out.print("\n[bold]read write  policy type[/]")
    for policy_type in findings.policy_types:
        _print_type(policy_type)
    _print_permissions("To read: grant in Entra, as application permissions with admin consent:", findings.missing)
    _print_permissions("To write, for whoever wants that as well:", findings.missing_to_write)
    _print_permissions("Optional, to name who changed Conditional Access:", findings.missing_optional)


def _print_permissions(title: str, names: list[str]) -> None:
    if names:
        out.print(f"\n{title}")
    for name in names:
        out.print(f"  {name}", markup=False)


def _print_type(type_finding: TypeFinding) -> None:
    out.print(f" {RIGHTS[type_finding.reading]}    {RIGHTS[type_finding.writing]}    ", end="")
    out.print(f"{type_finding.label:<46} {' '.join(type_finding.missing)}".rstrip(), markup=False)
    if type_finding.says and type_finding.reading == "unknown":
        out.print(f"             → {type_finding.says} {type_finding.remedy}", markup=False)


def _print_json(result: Any) -> None:
    out.print(json.dumps(result, indent=2), markup=False)
