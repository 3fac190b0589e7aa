"""Print for people: answers to stdout, everything else to stderr."""

from typing import Any

from rich.console import Console
from rich.text import Text

from tenantpilot.core.visible import visible


class VisibleConsole(Console):
    """Prints what cannot be encoded as its escape: names and values of Graph may hold it."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)


out = VisibleConsole(highlight=False, soft_wrap=True)
err = VisibleConsole(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line about what is being done."""
    err.print(text, markup=False)


def done(text: str) -> None:
    """A step that is finished."""
    err.print(f"[green]✓[/] {_plain(text)}")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
