"""The catalogue of audited actions: each room adds its own in a module `audit_actions`, found by that name."""

from collections.abc import Mapping

from django.utils.functional import Promise

Words = str | Promise


class AuditActions:
    """Actions and their words, in the order in which they were added."""

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}

    def add(self, words: Mapping[str, Words]) -> None:
        """Raises ValueError for an action that another room has."""
        if doubled := self._words.keys() & words.keys():
            raise ValueError(f"audit actions are listed twice: {', '.join(sorted(doubled))}")
        self._words.update(words)

    def all(self) -> dict[str, Words]:
        return dict(self._words)

    def label(self, action: str) -> Words:
        """Return the words of the action; one of an older version reads as its name."""
        return self._words.get(action, action.replace(".", ": ").replace("_", " ").capitalize())


audit_actions = AuditActions()
