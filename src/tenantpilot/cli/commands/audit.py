"""`tenantpilot audit`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tenantpilot.audit import services as audit
from tenantpilot.cli.console import out
from tenantpilot.cli.problems import Problem

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Verify the audit log."""


@app.command()
def verify(
    anchors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Heads kept outside the database, as `audit heads` prints them.")
    ] = None,
) -> None:
    """Recompute every chain of the audit log. Ends with 1 if an entry was changed, removed, added or cut off."""
    found = audit.verify(_read(anchors) if anchors else None)
    for gap in found.breaks:
        out.print(f"workspace {gap.workspace_id}, entry {gap.sequence}: {gap.what}", markup=False)
    verdict = "the chains hold" if found.holds else f"{len(found.breaks)} breaks"
    out.print(f"{found.entries:,} entries: {verdict}")
    raise typer.Exit(0 if found.holds else 1)


@app.command()
def heads() -> None:
    """Print where each chain ends. Kept elsewhere, they show a log that was rewritten as a whole."""
    known = {str(workspace): [head.sequence, head.hash] for workspace, head in audit.heads().items()}
    out.print(json.dumps(known, indent=2), markup=False)


def _read(file: Path) -> dict[int, audit.Head]:
    try:
        kept = json.loads(file.read_text())
        return {int(workspace): audit.Head(int(sequence), str(hash_)) for workspace, (sequence, hash_) in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Problem(f"{file} does not hold heads.", "Write it by: tenantpilot audit heads > FILE") from error
