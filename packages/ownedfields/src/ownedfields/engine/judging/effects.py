"""Collect the models that code touches, calls and stores: the sides of a `together` rule, through helpers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ownedfields.config import Config
from ownedfields.engine.data.values import Function
from ownedfields.engine.files.lessons import Lessons
from ownedfields.engine.files.tracked import Tracked
from ownedfields.engine.judging.hits import Mention, Place
from ownedfields.findings import Evidence

if TYPE_CHECKING:
    from ownedfields.engine.reading.frame import Frame


class Effects:
    """Remembers for each function what it does, by itself or through others."""

    def __init__(self, config: Config, lessons: Lessons) -> None:
        self._lessons = lessons
        self._rules = config.together
        self._by_function: dict[ast.AST, dict[tuple[str, str], Mention]] = {}
        self.homes: dict[ast.AST, str] = {}
        self.noted = 0

    def touch(self, frame: Frame, model: Tracked, node: ast.AST | None, note: str) -> None:
        """The file speaks of a model; the first line that does is the one to show."""
        if node is None or frame.site is not None:
            return
        touches, line = frame.module.hits.touches, getattr(node, "lineno", 1)
        entry = touches.get(model.path)
        if entry is None or line < entry.place.line:
            touches[model.path] = Mention(frame.place(node), model.path, note)

    def store(self, frame: Frame, model: Tracked, node: ast.AST, how: str) -> None:
        """Rows of a model are stored here."""
        self._note_at_site(frame, "stores", Mention(frame.place(node), model.path, how), node)

    def call(self, frame: Frame, pattern: str, node: ast.AST) -> None:
        """Something is called that a rule speaks of."""
        self._note_at_site(frame, "calls", Mention(frame.place(node), pattern, "called"), node)

    def through(self, frame: Frame, function: Function, node: ast.AST) -> None:
        """A call does what the function does."""
        for (kind, _), mention in self._by_function.get(function.node, {}).items():
            self._note(frame, kind, mention)
            if function.module is not frame.module and frame.site is None:
                line = mention.place.line
                evidence = Evidence(mention.place.path, line, function.module.snippet(line), "does it")
                self._keep(frame, kind, Mention(frame.place(node), mention.subject, mention.note, (evidence,)))

    def _note_at_site(self, frame: Frame, kind: str, mention: Mention, node: ast.AST) -> None:
        if frame.site is not None and self._passes_exempt(frame):
            return
        self._note(frame, kind, mention)
        if frame.site is None:
            self._keep(frame, kind, mention)
        else:
            evidence = (frame.evidence(node, "does it"),)
            self._keep(frame, kind, Mention(frame.site.place, mention.subject, mention.note, evidence))

    def _note(self, frame: Frame, kind: str, mention: Mention) -> None:
        self.noted += 1
        for node in reversed(frame.active):
            if self._is_exempt(self.homes.get(node, "")):
                return
            entry = self._by_function.setdefault(node, {})
            if (kind, mention.subject) not in entry:
                entry[(kind, mention.subject)] = mention
                if frame.site is not None and node in self.homes:
                    self._lessons.note(self.homes[node])

    def _keep(self, frame: Frame, kind: str, mention: Mention) -> None:
        module = frame.site.module if frame.site is not None else frame.module
        place: Place = mention.place
        hits = module.hits.stores if kind == "stores" else module.hits.calls
        hits.setdefault((mention.subject, place.line, place.column), mention)

    def _passes_exempt(self, frame: Frame) -> bool:
        """Return True if the call chain goes through a file in which the two sides may meet."""
        return any(self._is_exempt(self.homes.get(node, "")) for node in frame.active)

    def _is_exempt(self, path: str) -> bool:
        return any(rule.is_allowed(path) for rule in self._rules)
