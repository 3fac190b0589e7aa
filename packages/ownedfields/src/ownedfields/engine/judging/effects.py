"""Collect the models that code touches, calls and stores: the sides of a `together` rule, through helpers."""

from __future__ import annotations

import ast

from ownedfields.config import Config
from ownedfields.engine.data.declarations import Function, Tracked
from ownedfields.engine.files.cross_file_facts import CrossFileFacts
from ownedfields.engine.judging.positions import Position
from ownedfields.engine.judging.raw_findings import Mention, Place
from ownedfields.findings import Evidence


class Effects:
    """Remembers for each function what it does, by itself or through others."""

    def __init__(self, config: Config, facts: CrossFileFacts) -> None:
        self._facts = facts
        self._rules = config.together
        self._by_function: dict[ast.AST, dict[tuple[str, str], Mention]] = {}
        self.homes: dict[ast.AST, str] = {}
        self.noted = 0

    def touch(self, position: Position, model: Tracked, node: ast.AST | None, note: str) -> None:
        """The file speaks of a model; the first line that does is the one to show."""
        if node is None or position.site is not None:
            return
        touches, line = position.module.hits.touches, getattr(node, "lineno", 1)
        entry = touches.get(model.path)
        if entry is None or line < entry.place.line:
            touches[model.path] = Mention(position.place(node), model.path, note)

    def store(self, position: Position, model: Tracked, node: ast.AST, how: str) -> None:
        """Rows of a model are stored here."""
        self._note_at_site(position, "stores", Mention(position.place(node), model.path, how), node)

    def call(self, position: Position, pattern: str, node: ast.AST) -> None:
        """Something is called that a rule speaks of."""
        self._note_at_site(position, "calls", Mention(position.place(node), pattern, "called"), node)

    def through(self, position: Position, function: Function, node: ast.AST) -> None:
        """A call does what the function does."""
        for (effect, _), mention in self._by_function.get(function.node, {}).items():
            self._note(position, effect, mention)
            if function.module is not position.module and position.site is None:
                line = mention.place.line
                evidence = Evidence(mention.place.path, line, function.module.snippet(line), "does it")
                self._keep(position, effect, Mention(position.place(node), mention.subject, mention.note, (evidence,)))

    def _note_at_site(self, position: Position, effect: str, mention: Mention, node: ast.AST) -> None:
        if position.site is not None and self._passes_exempt(position):
            return
        self._note(position, effect, mention)
        if position.site is None:
            self._keep(position, effect, mention)
        else:
            evidence = (position.evidence(node, "does it"),)
            self._keep(position, effect, Mention(position.site.place, mention.subject, mention.note, evidence))

    def _note(self, position: Position, effect: str, mention: Mention) -> None:
        self.noted += 1
        for node in reversed(position.active):
            if self._is_exempt(self.homes.get(node, "")):
                return
            entry = self._by_function.setdefault(node, {})
            if (effect, mention.subject) not in entry:
                entry[(effect, mention.subject)] = mention
                if position.site is not None and node in self.homes:
                    self._facts.note(self.homes[node])

    def _keep(self, position: Position, effect: str, mention: Mention) -> None:
        module = position.site.module if position.site is not None else position.module
        place: Place = mention.place
        hits = module.hits.stores if effect == "stores" else module.hits.calls
        hits.setdefault((mention.subject, place.line, place.column), mention)

    def _passes_exempt(self, position: Position) -> bool:
        """Return True if the call chain goes through a file in which the two sides may meet."""
        return any(self._is_exempt(self.homes.get(node, "")) for node in position.active)

    def _is_exempt(self, path: str) -> bool:
        return any(rule.is_allowed(path) for rule in self._rules)
