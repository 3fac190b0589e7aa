"""`tenantpilot policies`."""

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from tenantpilot.artifacts.building import ready_artifact_of
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import stream
from tenantpilot.artifacts.services import record_download
from tenantpilot.cli import run_words
from tenantpilot.cli.commands import policies_care, policies_libraries
from tenantpilot.cli.commands.add import find_tenant, find_workspace
from tenantpilot.cli.commands.policies_chosen import (
    AsJson,
    Chosen,
    OfType,
    Person,
    TenantName,
    able_person,
    find_policy,
    not_accepted,
    print_started,
    selection_of,
)
from tenantpilot.cli.commands.policies_libraries import manager_of_library
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User
from tenantpilot.versions.comparing import compare
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.library.services import Upload, bring
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.services import start_capture

app = typer.Typer(no_args_is_help=True)

LOOKS_EVERY_SECONDS = 0.5
PIECE = 2**18
PolicyName = Annotated[str, typer.Argument(metavar="POLICY", help="Its number, its Graph id or its whole name.")]


@app.callback()
def group() -> None:
    """List, capture, export, import and ignore policies, and look at their versions."""


app.command("list")(policies_care.list_policies)
app.command("ignore")(policies_care.ignore)
app.command("unignore")(policies_care.unignore)
app.command("libraries")(policies_libraries.list_libraries)
app.command("remove-library")(policies_libraries.remove)


@app.command()
def capture(tenant: TenantName, policy: Chosen = None, policy_type: OfType = None, as_person: Person = None) -> None:
    """Start a capture: a version of each policy that changed. Prints the run's number."""
    where = find_tenant(tenant)
    initiator = able_person(as_person, where, Capability.POLICY_CAPTURE) if as_person else None
    selection = selection_of(where, policy, policy_type)
    try:
        answer = start_capture(tenant=where, initiator=initiator, selection=selection, now=timezone.now())
    except DispatchFailed as error:
        raise not_accepted(error) from None
    print_started(answer)


@app.command()
def export(
    tenant: TenantName,
    as_person: Annotated[str, typer.Option("--as", metavar="EMAIL", help="For whom the file is made.")],
    to: Annotated[Path | None, typer.Option(help="Wait, and write the archive to this file.")] = None,
    layout: Annotated[LayoutKey, typer.Option(help="The tool that is to read it.")] = LayoutKey.INTUNECD,
    policy: Chosen = None,
    policy_type: OfType = None,
) -> None:
    """Export the newest versions of policies as an archive. Without --to it can be downloaded under Exports."""
    where = find_tenant(tenant)
    person = able_person(as_person, where, Capability.POLICY_EXPORT)
    if to is not None and to.exists():
        raise Problem(f"{to} is there already.", "Name another file, or remove it.")
    selection = selection_of(where, policy, policy_type)
    try:
        answer = start_export(tenant=where, initiator=person, selection=selection, layout=layout, now=timezone.now())
    except DispatchFailed as error:
        raise not_accepted(error) from None
    print_started(answer)
    if to is not None:
        _write(_ended(answer.run.pk), to, person)


@app.command("import")
def import_policies(
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its name in addresses.")],
    source: Annotated[Path, typer.Argument(help="A ZIP archive, or a folder with JSON files.", exists=True)],
    library: Annotated[str, typer.Option(help="The library whose content it becomes.")],
    as_person: Person = None,
) -> None:
    """Import a folder or an archive of policies into a library. Prints the run's number."""
    where = find_workspace(workspace)
    initiator = manager_of_library(as_person, where) if as_person else None
    upload = Upload(source.name, _packed(source) if source.is_dir() else _pieces(source))
    try:
        _library, answer = bring(where, library, upload, initiator=initiator, now=timezone.now())
    except DispatchFailed as error:
        raise not_accepted(error) from None
    print_started(answer)


@app.command()
def versions(tenant: TenantName, policy: PolicyName, as_json: AsJson = False) -> None:
    """List the versions of a policy, the newest first."""
    versions_of_policy = PolicyVersion.everywhere.of_policy(find_policy(find_tenant(tenant), policy))
    rows = list(versions_of_policy.without_repeated().newest_first())
    if as_json:
        run_words.print_json([_version(row) for row in rows])
    elif rows:
        out.print(_table(rows))
    else:
        say("No versions yet. Run: tenantpilot policies capture")


@app.command()
def diff(
    tenant: TenantName,
    policy: PolicyName,
    before: Annotated[int | None, typer.Argument(metavar="OLD", help="A number of a version.")] = None,
    after: Annotated[int | None, typer.Argument(metavar="NEW", help="A number of a version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two versions of a policy; without numbers, the newest with the one before it."""
    old, new = _two_versions(find_policy(find_tenant(tenant), policy), before, after)
    sentences = compare(old, new)
    if as_json:
        run_words.print_json([{"kind": row.kind, "path": row.path, "sentence": row.text} for row in sentences])
        return
    for row in sentences:
        out.print(f"{row.kind}: {row.text}", markup=False)
    if not sentences:
        say(f"Versions {old.number} and {new.number} say the same.")


def _two_versions(policy: Policy, before: int | None, after: int | None) -> tuple[PolicyVersion, PolicyVersion]:
    """Raises Problem."""
    rows = PolicyVersion.everywhere.of_policy(policy).select_related("policy", "payload").newest_first()
    newest = rows.first()
    if newest is None or (newest.number == 1 and before is None):
        raise Problem("There are no two versions to compare.", "Capture the policy after a change.")
    new = after or newest.number
    old = before or new - 1
    pair = {row.number: row for row in rows.filter(number__in=[old, new])}
    if old not in pair or new not in pair:
        raise Problem(f"There are no versions {old} and {new}.", f"The newest is {newest.number}.")
    return pair[old], pair[new]


def _ended(run_id: int) -> OperationRun:
    """Wait for the end of a run. Workers do the work."""
    run = OperationRun.everywhere.get(pk=run_id)
    while run.is_active:
        time.sleep(LOOKS_EVERY_SECONDS)
        run = OperationRun.everywhere.get(pk=run_id)
    return run


def _write(run: OperationRun, to: Path, person: User) -> None:
    """Write the file that a run made. A part of it never bears the name of the whole."""
    artifact = ready_artifact_of(run)
    if artifact is None:
        raise Problem("No file was made.", f"Run: tenantpilot runs show {run.pk}")
    record_download(artifact, actor=person, now=timezone.now())
    part = to.with_name(f"{to.name}.part")
    with part.open("wb") as file:
        for piece in stream(artifact):
            file.write(piece)
    part.replace(to)
    done(f"{to}: {_size(artifact)}, SHA-256 {artifact.sha256}")


def _size(artifact: Artifact) -> str:
    return f"{artifact.bytes or 0:,} bytes"


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            yield piece


def _packed(folder: Path) -> Iterator[bytes]:
    """Yield an archive of the JSON files below a folder. Links are left out: they may lead anywhere."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink() and file.suffix.lower() == ".json":
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
                yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Bytes that were written and not taken yet."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._bytes += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._bytes)
        self._bytes.clear()
        return data


def _version(row: PolicyVersion) -> dict[str, object]:
    return {
        "number": row.number,
        "read_at": row.read_at,
        "source": row.source,
        "change": row.change,
        "sentence": row.sentence,
        "differences": row.differences,
    }


def _table(rows: list[PolicyVersion]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Version", "Read", "Taken by", "What changed"):
        table.add_column(heading, no_wrap=heading != "What changed")
    for row in rows:
        more = f" (+{row.differences_more})" if row.differences_more else ""
        words = f"{row.sentence}{more}" if row.sentence else str(row.get_change_display())
        table.add_row(
            str(row.number), f"{row.read_at:%Y-%m-%d %H:%M}", str(row.get_source_display()), words.replace("[", r"\[")
        )
    return table
