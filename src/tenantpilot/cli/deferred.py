"""Commands that are loaded when they are called.

What a command works with needs Django ready, and `tenantpilot --help` must work without a database,
a data folder, or settings that can be read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from tenantpilot.cli.boot import get_django_ready
from tenantpilot.cli.console import err
from tenantpilot.cli.problems import problem_of

# Options that the library gives to every app of its own.
COMPLETION = {"install_completion", "show_completion"}


@dataclass(frozen=True)
class Deferred:
    """The place of a command: a module with a Typer `app`."""

    module: str
    help: str
    before: Callable[[], None] = get_django_ready


class DeferredCommand(TyperCommand):
    """Stands for a command in the list of commands."""

    def __init__(self, name: str, deferred: Deferred) -> None:
        super().__init__(name, help=deferred.help)
        self.deferred = deferred

    def load(self) -> Any:
        """Return the command itself."""
        self.deferred.before()
        command = get_command(import_module(self.deferred.module).app)
        command.name = self.name
        command.params = [param for param in command.params if param.name not in COMPLETION]
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.load().make_context(info_name, args, parent=parent, **extra)


class DeferredGroup(TyperGroup):
    """The list of commands, and the one place where an error becomes words."""

    deferred: Mapping[str, Deferred] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 the library's signature
        return list(self.deferred)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 the library's signature
        result = self.deferred.get(cmd_name)
        return DeferredCommand(cmd_name, result) if result else None

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.Exit:
            raise
        except Exception as error:
            if ctx.params.get("trace") or (problem := problem_of(error)) is None:
                raise
            err.print(f"[bold red]✗[/] {_plain(problem.what)} {_plain(problem.remedy)}".rstrip())
            raise typer.Exit(1) from None


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
