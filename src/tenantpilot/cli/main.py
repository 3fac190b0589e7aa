"""The list of commands."""

from importlib.metadata import version
from typing import Annotated

import typer

from tenantpilot.cli.console import out
from tenantpilot.cli.deferred import Deferred, DeferredGroup

COMMANDS = "tenantpilot.cli.commands"


def _nothing() -> None:
    """The demo makes its own settings before Django reads them."""


class Commands(DeferredGroup):
    """In the order in which a person meets them."""

    deferred = {
        "demo": Deferred(f"{COMMANDS}.demo", "Run the whole product on sample tenants, until Ctrl-C.", before=_nothing),
        "setup": Deferred(f"{COMMANDS}.setup", "Prepare the data folder, its keys and the database."),
        "migrate": Deferred(f"{COMMANDS}.migrate", "Bring the database up to date."),
        "serve": Deferred(f"{COMMANDS}.serve", "Run web, workers and scheduler on this machine."),
        "web": Deferred(f"{COMMANDS}.web", "Run the web server alone."),
        "worker": Deferred(f"{COMMANDS}.worker", "Run one worker alone."),
        "scheduler": Deferred(f"{COMMANDS}.scheduler", "Run the scheduler and reconciler alone."),
        "doctor": Deferred(f"{COMMANDS}.doctor", "Check the installation and say what to do."),
        "add": Deferred(f"{COMMANDS}.add", "Add workspaces, tenants, people and their roles."),
        "tenant": Deferred(f"{COMMANDS}.tenant", "Rename, mend, archive or remove a tenant."),
        "workspace": Deferred(f"{COMMANDS}.workspace", "Rename, archive or remove a workspace."),
        "invite": Deferred(f"{COMMANDS}.invite", "Print a link by which somebody joins."),
        "person": Deferred(f"{COMMANDS}.person", "Change the account of a person."),
        "credential": Deferred(f"{COMMANDS}.credential", "Keep the credential of a tenant."),
        "sync": Deferred(f"{COMMANDS}.sync", "Start an inventory sync of a tenant."),
        "schedules": Deferred(f"{COMMANDS}.schedules", "Sync the tenants of a workspace by the clock."),
        "groups": Deferred(f"{COMMANDS}.groups", "Sync the groups of a tenant, and list them."),
        "settings": Deferred(f"{COMMANDS}.settings_search", "Search the settings of captured policies."),
        "policies": Deferred(
            f"{COMMANDS}.policies", "Capture, export and import policies, and look at their versions."
        ),
        "backups": Deferred(f"{COMMANDS}.backups", "Make backups of a tenant, list, show and verify them."),
        "restores": Deferred(f"{COMMANDS}.restores", "Preview, confirm and undo restores of policies."),
        "runs": Deferred(f"{COMMANDS}.runs", "Look at operation runs, wait for one, cancel one."),
        "stop": Deferred(f"{COMMANDS}.stop", "Stop all work, or that of one tenant."),
        "resume": Deferred(f"{COMMANDS}.resume", "Let work go on that was stopped, or that a copied database stopped."),
        "audit": Deferred(f"{COMMANDS}.audit", "Read and verify the audit log."),
        "database": Deferred(f"{COMMANDS}.database", "Back up TenantPilot's own data, and restore it."),
        "startoperation": Deferred(f"{COMMANDS}.startoperation", "Write the files and tests of a new operation."),
        "startroom": Deferred(f"{COMMANDS}.startroom", "Write a new room: its table, page, operation and tests."),
        "rotate-keys": Deferred(
            f"{COMMANDS}.rotate_keys", "Seal every stored secret with a new key; retire an old one."
        ),
    }


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


def _print_version(target: bool) -> None:
    if target:
        out.print(f"tenantpilot {version('tenantpilot')}")
        raise typer.Exit


@app.callback()
def tenantpilot(
    trace: Annotated[bool, typer.Option("--trace", help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Console for people who look after many Microsoft Intune and Entra tenants."""


def main() -> None:
    app(prog_name="tenantpilot")
