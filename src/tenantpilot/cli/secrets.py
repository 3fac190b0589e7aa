"""Asking for a secret: at a terminal unseen, else from stdin; never as an argument, which others can see."""

import sys

import typer

from tenantpilot.cli.problems import Problem


def ask_secret(prompt: str, *, again: bool = False) -> str:
    """`again` has it typed twice at a terminal. Raises Problem when it is empty."""
    if sys.stdin.isatty():
        value = str(typer.prompt(prompt, hide_input=True, confirmation_prompt=again))
    else:
        value = sys.stdin.readline()
    if not (secret := value.strip()):
        raise Problem(f"The {prompt.lower()} is empty.", "Type it when asked, or write it to stdin.")
    return secret
