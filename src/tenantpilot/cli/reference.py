"""Pages of the reference that follow from the program: python -m tenantpilot.cli.reference > docs/reference/cli.md

With the name of a catalogue's page it prints that page: `… roles > docs/reference/roles.md`, and `reason-codes`.
"""

import sys
from collections.abc import Iterable, Iterator
from enum import Enum, EnumType
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from tenantpilot.cli.boot import get_django_ready
from tenantpilot.cli.deferred import DeferredCommand
from tenantpilot.cli.main import app

PREFACE = """\
# Commands

`tenantpilot COMMAND --help` says the same. Answers go to stdout, everything else to stderr. A command ends with 0 if it
did what it was asked, with 1 if something was wrong (one line says what, and what to do), with 2 if it was called
wrongly.
Settings come from `TENANTPILOT_*` variables: [settings](settings.md).

<!-- Made by `python -m tenantpilot.cli.reference`; a test holds it equal to the commands. -->
"""


def reference() -> str:
    """Return the whole page, in Markdown."""
    root: Any = typer.main.get_command(app)
    parts = [PREFACE, "\n".join(["## tenantpilot", "", *_options(root)]), *_commands(root, "tenantpilot")]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _commands(group: Any, path: str) -> Iterator[str]:
    context = group.make_context(path, [], resilient_parsing=True)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        loaded = command.load() if isinstance(command, DeferredCommand) else command
        yield _section(loaded, f"{path} {name}")
        if isinstance(loaded, TyperGroup):
            yield from _commands(loaded, f"{path} {name}")


def _section(command: Any, path: str) -> str:
    usage = " ".join([path, *_usage(command)])
    return "\n".join([f"## {path}", "", *_words(command.help), f"    {usage}", "", *_options(command)])


def _usage(command: Any) -> Iterable[str]:
    """Arguments and what must be given; the table below has the rest."""
    if isinstance(command, TyperGroup):
        return ["COMMAND"]
    displayed = [param for param in command.params if not getattr(param, "hidden", False)]
    arguments = [_metavar(param) for param in displayed if param.param_type_name == "argument"]
    required = [f"{param.opts[0]} {_metavar(param)}" for param in displayed if _is_option(param) and param.required]
    optional = ["[OPTIONS]"] if any(_is_option(param) and not param.required for param in displayed) else []
    return [*arguments, *required, *optional]


def _options(command: Any) -> list[str]:
    rows = [_row(param) for param in command.params if not getattr(param, "hidden", False)]
    return ["| option | meaning |", "| --- | --- |", *rows, ""] if rows else []


def _row(param: Any) -> str:
    name = ", ".join(param.opts) if _is_option(param) else _metavar(param)
    value = "" if not _is_option(param) or param.is_flag else f" {_metavar(param)}"
    default = "" if param.default in (None, False, (), []) or callable(param.default) else f" Default: {param.default}."
    return f"| `{name}{value}` | {' '.join(_words(param.help)).strip()}{default} |".replace("|  ", "| ")


def _metavar(param: Any) -> str:
    if param.metavar or not _is_option(param):
        return str(param.metavar or param.name.upper())
    annotation = param.type_descriptor.annotation
    if isinstance(annotation, EnumType):
        return "/".join(str(choice.value) for choice in list[Enum](annotation))
    return {int: "NUMBER", Path: "PATH"}.get(annotation, "TEXT")


def _is_option(param: Any) -> bool:
    return str(param.param_type_name) == "option"


def _words(text: str | None) -> list[str]:
    return [*(text or "").strip().splitlines(), ""]


def page(name: str) -> str:
    """Return the page of this name. Needs Django, which the catalogues are imported with."""
    from tenantpilot.cli.catalogue_reference import PAGES

    return PAGES[name]()


if __name__ == "__main__":
    get_django_ready()
    print(page(sys.argv[1]) if sys.argv[1:] else reference(), end="")  # noqa: T201 the page itself
