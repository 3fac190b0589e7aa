"""Exporting and importing backup sets at a shell: the run is worked on here, unless a worker takes it first."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from tenantpilot.artifacts.building import ready_artifact_of
from tenantpilot.artifacts.reading import stream
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.services import Protection, start_export, start_import
from tenantpilot.cli.commands.add import find_tenant
from tenantpilot.cli.console import done, say
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.secrets import ask_secret
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.workers.runner import Runner

POLL_SECONDS = 0.5
CHUNK_BYTES = 1 << 20
Recipients = Annotated[
    list[str] | None,
    typer.Option(
        "--recipient", metavar="AGE1", help="Who can open it; may be repeated. Else a passphrase is asked for."
    ),
]


def export_set(
    backup_set: Annotated[int, typer.Argument(metavar="SET", help="The number of the set, as in its address.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, such as set.zip.age.")],
    recipient: Recipients = None,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="With the policies' secrets; to recipients alone.")
    ] = False,
) -> None:
    """Write a backup set into one file that age encrypted. `age -d`, `unzip` and `sha256sum -c` read it anywhere."""
    if file.exists():
        raise Problem(f"{file} is there already.", "Choose another name, or remove it.")
    kept_set = BackupSet.everywhere.select_related("tenant", "chain").filter(pk=backup_set, trashed_at=None).first()
    if kept_set is None or not kept_set.has_content:
        raise Problem(f"There is no set {backup_set} that holds anything.", "Look it up on the page of backups.")
    passphrase = "" if recipient else ask_secret("Passphrase", again=True)
    protection = Protection(tuple(recipient or ()), passphrase, secrets)
    run = _work(
        _started(lambda: start_export(backup_set=kept_set, initiator=None, protection=protection, now=timezone.now()))
    )
    _write(run, file)
    done(f"{file}: {kept_set.items:,} policies, digest {kept_set.digest}")


def import_set(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Its name in addresses.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that an export made.", exists=True, dir_okay=False)
    ],
    identity: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file of age-keygen. Else a passphrase or identity is asked.")
    ] = None,
) -> None:
    """Import a backup set of the same Entra tenant. Nothing is stored of an archive that is not whole."""
    where, key = find_tenant(tenant), _identity_in(identity) if identity else ask_secret("Passphrase or identity")
    run = _work(
        _started(
            lambda: start_import(
                tenant=where, initiator=None, name=file.name, parts=_parts(file), key=key, now=timezone.now()
            )
        )
    )
    imported = BackupSet.everywhere.get(run_id=run.pk)
    done(f"set {imported.pk}: {imported.items:,} policies, digest {imported.digest}")


def _started(start: Callable[[], Started | AlreadyActive]) -> OperationRun:
    try:
        answer = start()
    except DispatchFailed as error:
        raise Problem(f"The queue did not accept run {error.run.pk}.", "Run: tenantpilot doctor") from None
    return answer.run


def _work(run: OperationRun) -> OperationRun:
    """Return the run when it has ended. Raises Problem if it did not succeed."""
    say(f"Run {run.pk} is under way.")
    Runner().execute(run.pk)
    while (run := OperationRun.everywhere.get(pk=run.pk)).is_active:
        time.sleep(POLL_SECONDS)
    if run.outcome != RunOutcome.SUCCEEDED:
        code = run.reason_code or "internal_error"
        reason = ReasonCatalog.get(code)
        raise Problem(f"{code}: {ReasonCatalog.describe(code)}", str(reason.next_step))
    return run


def _write(run: OperationRun, file: Path) -> None:
    artifact = ready_artifact_of(run)
    if artifact is None:
        raise Problem(f"The file of run {run.pk} is gone.", "Export the set again.")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        for chunk in stream(artifact):
            target.write(chunk)


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while part := source.read(CHUNK_BYTES):
            yield part


def _identity_in(file: Path) -> str:
    lines = (line.strip() for line in file.read_text().splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")
