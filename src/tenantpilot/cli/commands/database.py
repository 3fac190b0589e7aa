"""`tenantpilot database`."""

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.cli.console import done, err, say
from tenantpilot.cli.database.backing_up import back_up
from tenantpilot.cli.database.keys import place_of_keys
from tenantpilot.cli.database.manifest import Manifest
from tenantpilot.cli.database.restoring import restore as restore_database
from tenantpilot.cli.database.verifying import verify as verify_backup

Identity = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A file of age-keygen, for an encrypted backup.", exists=True, dir_okay=False),
]
app = typer.Typer(no_args_is_help=True)
Archive = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A file that `database backup` wrote.", exists=True, dir_okay=False),
]


@app.callback()
def group() -> None:
    """Back up TenantPilot's own data, and restore it."""


@app.command()
def backup(
    target: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="A new file, or a folder; without it this folder.")
    ] = Path(),
    recipient: Annotated[
        list[str] | None,
        typer.Option(metavar="AGE1", help="Encrypt the file, so that only the secret half opens it; may be repeated."),
    ] = None,
) -> None:
    """Write everything that the database holds into one file, as it is at one moment. Work goes on meanwhile.

    The sealing keys and the secret key are not inside. Restoring needs them.
    """
    result = back_up(target, recipients=recipient or (), now=timezone.now())
    done(f"{result.path}: {_size(result.manifest)}, {result.bytes / 1000:,.0f} kB")
    say(f"To restore it you need the sealing {_keys(result.manifest)}, and the secret key.")
    say(f"They are in {place_of_keys()}, and not in the backup: keep a copy of them elsewhere.")
    if recipient:
        say("The file is encrypted. Restoring it also needs the identity of a recipient.")
    else:
        say("The file is not encrypted: who reads it reads policies, people and the audit log. Encrypt it: --recipient")


@app.command()
def verify(file: Archive, identity: Identity = None) -> None:
    """Check that a backup is whole, unchanged and sound. Nothing is written."""
    proof = verify_backup(file, identity=identity)
    done(f"{file}: {_size(proof.manifest)}, as of {proof.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC; every hash agrees")
    if proof.lacking:
        say(f"Its signature was not checked: this installation lacks the sealing key {', '.join(proof.lacking)}.")
    else:
        done(f"its signature agrees with {_keys(proof.manifest)}")


@app.command()
def restore(file: Archive, identity: Identity = None) -> None:
    """Restore a backup into an empty installation that has the keys of the one that was backed up.

    It is refused, and nothing is written, for a backup of another version, one that is cut or changed, without its
    keys, and into a database that holds anything. All work of what is restored is stopped until `tenantpilot resume`.
    """
    result = restore_database(file, identity=identity, now=timezone.now())
    done(f"restored {_size(result.manifest)}, as of {result.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    for fault in result.broken:
        err.print(f"[bold red]![/] {fault}")
    say("All work is stopped. Make sure that the original does not work any more, then run: tenantpilot resume")


def _size(manifest: Manifest) -> str:
    return f"{manifest.contents.rows:,} rows of TenantPilot {manifest.made_by}"


def _keys(manifest: Manifest) -> str:
    names = [key.id for key in manifest.keys]
    return f"key {names[0]}" if len(names) == 1 else f"keys {', '.join(names)}"
