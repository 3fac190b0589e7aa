"""The catalogue of audited actions: each room declares its own in a module `audit_actions`, found by that name.

A room records what it has declared, by the constant: one that is misspelled fails when the code is imported.
"""

from collections.abc import Mapping

from django.utils.functional import Promise

Words = str | Promise


class AuditAction(str):
    """The name of an action that some room has declared."""

    __slots__ = ()


class AuditActions:
    """Actions and their words, in the order in which they were declared."""

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}

    def declare(self, name: str, words: Words) -> AuditAction:
        """Return the action, for `audit.services.record`. Raises ValueError for a name that is taken."""
        self.add({name: words})
        return AuditAction(name)

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
