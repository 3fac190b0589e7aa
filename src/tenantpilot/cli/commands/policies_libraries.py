"""`tenantpilot policies libraries` and `remove-library`."""

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from tenantpilot.cli import run_words
from tenantpilot.cli.commands.add import find_person, find_workspace
from tenantpilot.cli.commands.policies_chosen import AsJson, Person
from tenantpilot.cli.console import done, out, say
from tenantpilot.cli.problems import Problem
from tenantpilot.tenancy.access import workspaces
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User, Workspace
from tenantpilot.versions.library.removing import content_of_library, remove_library
from tenantpilot.versions.models import Library

InWorkspace = Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its name in addresses.")]


def list_libraries(workspace: InWorkspace, as_json: AsJson = False) -> None:
    """List the libraries of a workspace, with the number of their revisions and policies."""
    libraries = list(Library.everywhere.filter(workspace=find_workspace(workspace)).order_by("name"))
    rows = [(library.name, content_of_library(library)) for library in libraries]
    if as_json:
        run_words.print_json(
            [{"name": name, "revisions": content.revisions, "policies": content.policies} for name, content in rows]
        )
    elif rows:
        table = Table("Library", "Revisions", "Policies", box=None, pad_edge=False, header_style="bold")
        for name, content in rows:
            table.add_row(name.replace("[", r"\["), str(content.revisions), str(content.policies))
        out.print(table)
    else:
        say("No libraries yet. Run: tenantpilot policies import")


def remove(
    workspace: InWorkspace,
    library: Annotated[str, typer.Argument(metavar="LIBRARY", help="Its whole name.")],
    confirm: Annotated[str, typer.Option(metavar="NAME", help="The library's name once more, to confirm it.")],
    as_person: Person = None,
) -> None:
    """Remove a library with all its revisions. Refused while an import into it is under way."""
    where = find_workspace(workspace)
    actor = manager_of_library(as_person, where) if as_person else None
    target = Library.everywhere.filter(workspace=where, name=library).first()
    if target is None:
        raise Problem(f"{where.name} has no library {library}.", f"Run: tenantpilot policies libraries {workspace}")
    if confirm != target.name:
        raise Problem(f"{confirm} is not the name of the library.", "Nothing was removed.")
    content = remove_library(target, actor=actor, now=timezone.now())
    done(f"{library} is removed: revisions {content.revisions}, policies {content.policies}")


def manager_of_library(email: str, workspace: Workspace) -> User:
    """Return the person. Raises Problem for one who does not manage the library of the workspace."""
    person = find_person(email)
    able = [access.workspace for access in workspaces(person) if access.may(Capability.LIBRARY_MANAGE)]
    if workspace not in able:
        raise Problem(
            f"{person.display_name} may not manage the library of {workspace.name}.",
            f"Run: tenantpilot add member {email} --workspace {workspace.slug} --role manager",
        )
    return person
