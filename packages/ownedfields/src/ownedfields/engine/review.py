"""A project under review: reads its modules and functions, each once for itself."""

from __future__ import annotations

import ast
import contextlib

from ownedfields.config import Config
from ownedfields.engine.data.declarations import Function, Module
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.values import Value
from ownedfields.engine.files.modules import Reader
from ownedfields.engine.files.project import Project
from ownedfields.engine.files.relevance import Relevance
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.functions import review, summary, wrap


class Unparsable(Exception):
    """A file that holds a cue and is no valid Python."""

    def __init__(self, path: str, reason: str, line: int) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.line = line


class ReviewedProject(Project):
    """A project that reads its modules and functions by frames."""

    def __init__(self, config: Config, paths: list[str], reader: Reader) -> None:
        super().__init__(config, paths, reader)
        self._relevance: dict[str, Relevance] = {}

    def check(self, path: str) -> Module:
        """Read a file with every function in it. Raises Unparsable."""
        module = self.module_at(path)
        if module is None:
            raise self._explain(path)
        if not module.checked:
            module.checked = True
            relevance = self._relevance[path] = Relevance(self, module)
            module.pending = [item for item in module.pending if relevance.of(item[0])]
            while module.pending:
                function, receiver = module.pending.pop(0)
                self.review(function, receiver)
            for wrapper, function in module.wrapped:
                wrap(self, wrapper, function)
        return module

    def review(self, function: Function, receiver: Value | None) -> None:
        """Read the body of one function with nothing known of its caller."""
        review(self, function, receiver)

    def is_relevant(self, function: Function) -> bool:
        """Return True unless the function's file was checked and the function can do nothing of interest."""
        relevance = self._relevance.get(function.module.path)
        return relevance is None or relevance.of(function)

    def summary_of(self, function: Function) -> Value:
        """Return the value that a function hands back to any caller."""
        return summary(Frame(self, function.module, function.module.scope), function, function.receiver)

    def frame_for(self, module: Module, scope: Scope) -> Frame:
        """Return a place from which names of a scope can be looked up."""
        return Frame(self, module, scope)

    def evaluate(self, module: Module) -> None:
        """Read the body of a module, once it is among the project's."""
        frame = Frame(self, module, module.scope)
        with contextlib.suppress(RecursionError):
            frame.run(module.tree.body)
        module.evaluated = True
        self.facts.note_read(module)

    def note_filled(self) -> None:
        """See of which modules functions have filled the lists, dicts or objects."""
        modules = [module for module in self.modules.values() if module is not None]
        self.facts.note_filled(modules)

    def _explain(self, path: str) -> Unparsable:
        try:
            ast.parse(self.source_of(path), filename=path)
        except SyntaxError as error:
            return Unparsable(path, f"{error.msg}", error.lineno or 1)
        except (ValueError, OSError) as error:
            return Unparsable(path, str(error), 1)
        return Unparsable(path, "it is nested too deeply to read", 1)
