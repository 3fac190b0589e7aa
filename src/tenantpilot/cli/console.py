"""Print for people: answers to stdout, everything else to stderr."""

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line about what is being done."""
    err.print(text, markup=False)


def done(text: str) -> None:
    """A step that is finished."""
    err.print(f"[green]✓[/] {_plain(text)}")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
