"""`ownedfields init`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ownedfields.config import ConfigError
from ownedfields.config_reading import FILE_NAMES
from ownedfields.initializing import Suggestion, as_toml, suggestions


def run(options: argparse.Namespace) -> int:
    """Write a configuration for the models that look owned, or for the one that was named."""
    root = Path(options.path).resolve()
    if not root.is_dir():
        raise ConfigError(f"{options.path} is no folder.")
    _refuse_second(root)
    suggested = suggestions(root)
    chosen = _named(options, suggested) if options.model else suggested
    if not chosen:
        raise ConfigError(
            f"{root} holds no Django model with a field such as status, state or outcome.\n"
            "Name one: ownedfields init --model shop.models.Order --field paid --owner shop/services.py"
        )
    text = as_toml(chosen)
    if options.only_print:
        print(text, end="")
        return 0
    target = _write(root, text)
    _print_suggestions(target, chosen)
    return 0


def _refuse_second(root: Path) -> None:
    for name in FILE_NAMES:
        path = root / name
        if path.is_file() and "[tool.ownedfields]" in path.read_text(encoding="utf-8"):
            raise ConfigError(f"{name} has a [tool.ownedfields] table already.")


def _named(options: argparse.Namespace, suggested: list[Suggestion]) -> list[Suggestion]:
    matching = [
        suggestion
        for suggestion in suggested
        if options.model in (suggestion.model, suggestion.model.rpartition(".")[2])
    ]
    if matching:
        chosen = matching[0]
    elif options.field and options.owner and "." in options.model:
        chosen = Suggestion(options.model, "", [])
    else:
        names = ", ".join(suggestion.model for suggestion in suggested) or "none"
        raise ConfigError(f"{options.model} is not among the models found ({names}). Give --field and --owner with it.")
    chosen.fields = options.field or chosen.fields
    chosen.owner = options.owner[0] if options.owner else chosen.owner
    return [chosen]


def _write(root: Path, text: str) -> Path:
    target = root / "pyproject.toml"
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    gap = "\n" if before and not before.endswith("\n\n") else ""
    target.write_text(f"{before}{gap}{text}", encoding="utf-8")
    return target


def _print_suggestions(target: Path, chosen: list[Suggestion]) -> None:
    print(f"wrote [tool.ownedfields] to {target.name}:")
    for suggestion in chosen:
        name = suggestion.model.rpartition(".")[2]
        print(f"  {name}: {', '.join(suggestion.fields)} may be written in {suggestion.owner}")
        for other in suggestion.other_writers[:3]:
            print(f"    (written today in {other} too)")
    print("Look it through, then run `ownedfields check`.")
