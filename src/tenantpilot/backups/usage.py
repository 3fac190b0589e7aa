"""Uses of a set: rooms above register a question, so that a set in use is neither trashed nor deleted."""

from collections.abc import Callable, Iterable

InUse = Callable[[Iterable[int]], set[int]]
"""Takes keys of sets, and returns those that are in use."""

_questions: list[InUse] = []


def register(question: InUse) -> InUse:
    _questions.append(question)
    return question


def in_use(set_ids: Iterable[int]) -> set[int]:
    """Return the keys of the sets that any room uses now."""
    keys = list(set_ids)
    return {key for question in _questions for key in question(keys)}
