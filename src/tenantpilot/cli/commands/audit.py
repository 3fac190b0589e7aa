"""`tenantpilot audit`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.commands.add import find_workspace
from tenantpilot.cli.console import out
from tenantpilot.cli.problems import Problem
from tenantpilot.tenancy.security_events import client_mark

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Read and verify the audit log."""


@app.command()
def verify(
    anchors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Heads kept outside the database, as `audit heads` prints them.")
    ] = None,
) -> None:
    """Recompute every chain of the audit log. Ends with 1 if an entry was changed, removed, added or cut off."""
    result = audit.verify(_read(anchors) if anchors else None)
    for gap in result.breaks:
        out.print(f"workspace {gap.workspace_id}, entry {gap.sequence}: {gap.fault}", markup=False)
    verdict = "the chains hold" if result.holds else f"{len(result.breaks)} breaks"
    out.print(f"{result.entries:,} entries: {verdict}")
    raise typer.Exit(0 if result.holds else 1)


@app.command()
def heads() -> None:
    """Print where each chain ends. Kept elsewhere, they show a log that was rewritten as a whole."""
    entries = {str(workspace): [head.sequence, head.hash] for workspace, head in audit.heads().items()}
    out.print(json.dumps(entries, indent=2), markup=False)


@app.command("list")
def list_entries(
    workspace: Annotated[
        str | None, typer.Option(help="Of this workspace; without it of the installation: people, sign-ins, keys.")
    ] = None,
    action: Annotated[str | None, typer.Option(help="Of this action alone, such as person.sign_in_failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """Print the newest entries: when, what, by whom, about whom, and the facts that were kept."""
    entries = AuditLog.objects.of_workspace(find_workspace(workspace).pk if workspace else audit.INSTALLATION)
    for entry in (entries.filter(action=action) if action else entries).newest_first()[:limit]:
        person = f"{entry.actor_name} ({entry.actor_id})" if entry.actor_id else "system"
        about = f"{entry.target_type} {entry.target_id}".strip() or "-"
        facts = json.dumps({"before": entry.before, "after": entry.after}) if entry.before else json.dumps(entry.after)
        out.print(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.action:<30} {person:<24} {about:<14} {facts}", markup=False)


@app.command()
def client(address: Annotated[str, typer.Argument(metavar="ADDRESS")]) -> None:
    """Print the mark that stands for a network address in entries about people, where no address is kept."""
    out.print(client_mark(address), markup=False)


def _read(file: Path) -> dict[int, audit.Head]:
    try:
        entry = json.loads(file.read_text())
        return {int(workspace): audit.Head(int(sequence), str(hash_)) for workspace, (sequence, hash_) in entry.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Problem(f"{file} does not hold heads.", "Write it by: tenantpilot audit heads > FILE") from error
