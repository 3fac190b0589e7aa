"""Guess from the name of a function which value it returns."""

from __future__ import annotations

from ownedfields.engine.reading.frame import Frame

PREFIXES = tuple("get_ load_ fetch_ find_ create_ make_ build_ new_ start_ lock_ ensure_ a_ aget_ the_".split())


def like_its_name(frame: Frame, name: str) -> str:
    """`get_operation_run` suggests an operation_run."""
    for prefix in PREFIXES:
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            hints = frame.project.hints
            return rest if hints.either(rest) or hints.another(rest) else ""
    return name if frame.project.hints.another(name) else ""
