"""A frame: the evaluation of one body of a module, class or function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from ownedfields.engine.data.declarations import ClassInfo, Function, Module, Tracked
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import UNKNOWN, Union, Value, join
from ownedfields.engine.files.project import Project
from ownedfields.engine.judging.positions import Position, Site
from ownedfields.engine.judging.raw_findings import Place, WriteHit
from ownedfields.findings import Evidence

Expression = Callable[["Frame", Any], Value]
Statement = Callable[["Frame", Any], bool]
Caller = Callable[["Frame", Any, Args, ast.AST], Value]

EXPRESSIONS: dict[type[ast.AST], Expression] = {}
STATEMENTS: dict[type[ast.AST], Statement] = {}
CALLS: dict[type[Value], Caller] = {}
MAX_DEPTH = 5
MAKES_ROWS = frozenset({"OPR106", "OPR108", "OPR113"})


def expression(*node_types: type[ast.AST]) -> Callable[[Expression], Expression]:
    """Register the reader of an expression."""

    def register(handler: Expression) -> Expression:
        EXPRESSIONS.update(dict.fromkeys(node_types, handler))
        return handler

    return register


def statement(*node_types: type[ast.AST]) -> Callable[[Statement], Statement]:
    """Register the reader of a statement; it answers whether the next statement can be reached."""

    def register(handler: Statement) -> Statement:
        STATEMENTS.update(dict.fromkeys(node_types, handler))
        return handler

    return register


def calls(*value_types: type[Value]) -> Callable[[Caller], Caller]:
    """Register the reader of a call of such a value."""

    def register(handler: Caller) -> Caller:
        CALLS.update(dict.fromkeys(value_types, handler))
        return handler

    return register


class Frame(Position):
    """Reads statements in order and knows what each name stands for at that point."""

    __slots__ = (
        "branches",
        "info",
        "loops",
        "pending",
        "project",
        "quiet",
        "receiver",
        "returned",
        "scope",
        "yielded",
    )

    def __init__(
        self,
        project: Project,
        module: Module,
        scope: Scope,
        *,
        symbol: str = "<module>",
        info: ClassInfo | None = None,
        receiver: Value | None = None,
        site: Site | None = None,
        active: tuple[ast.AST, ...] = (),
    ) -> None:
        self.module = module
        self.symbol = symbol
        self.site = site
        self.active = active
        self.statement = None
        self.project = project
        self.scope = scope
        self.info = info
        self.receiver = receiver
        self.returned: list[Value] = []
        self.yielded: list[Value] = []
        self.pending: list[Function] = []
        self.loops: list[tuple[list[dict[str, Value]], list[dict[str, Value]]]] = []
        self.quiet = 0
        self.branches = 0

    def eval(self, node: ast.AST | None) -> Value:
        """Return the value that the expression may have. Calls within it are judged on the way."""
        handler = EXPRESSIONS.get(type(node))  # type: ignore[arg-type]
        return handler(self, node) if handler is not None else self._parts(node)

    def _parts(self, node: ast.AST | None) -> Value:
        """Of an expression that says nothing itself, what is in it."""
        for child in ast.iter_child_nodes(node) if node is not None else ():
            self.eval(child)
        return UNKNOWN

    def eval_all(self, nodes: Iterable[ast.AST | None]) -> Value:
        """Any of several expressions."""
        return join([self.eval(node) for node in nodes])

    def run(self, body: Iterable[ast.stmt]) -> bool:
        """Read statements; False when control cannot fall out at the end."""
        for node in body:
            self.statement = node
            handler = STATEMENTS.get(type(node))
            if handler is not None and not handler(self, node):
                return False
        return True

    def call(self, callee: Value, args: Args, node: ast.AST) -> Value:
        """Return the value of a call of `callee`."""
        if type(callee) is not Union:
            handler = CALLS.get(type(callee))
            return handler(self, callee, args, node) if handler else UNKNOWN
        results = []
        for option in callee.options:
            handler = CALLS.get(type(option))
            results.append(handler(self, option, args, node) if handler else UNKNOWN)
        return join(results)

    def write(
        self,
        rule: str,
        model: Tracked,
        names: Iterable[str],
        node: ast.AST,
        *,
        how: str,
        evidence: list[Evidence | None],
    ) -> None:
        """Report each protected field among `names` as written at `node`."""
        names = list(names)
        if "*" in names:
            names = sorted(model.fields)
        fields = {field for name in names if (field := model.field_of(name)) is not None}
        sink = self.place(node)
        if rule in MAKES_ROWS or (rule == "OPR109" and "create" in how):
            self.stored(model, node, how)
        if self.site is not None and model.is_at_home(sink.path):
            return
        self.project.effects.noted += len(fields)
        for field in sorted(fields):
            if self.site is None:
                self.project.direct.add((sink.path, sink.line, sink.column, field))
            place, module, steps = self._mend_at(node, sink, field, evidence)
            module.hits.write(
                WriteHit(rule, place, model, field, how, tuple(steps), (sink.path, sink.line, sink.column))
            )

    def stored(self, model: Tracked, node: ast.AST, how: str) -> None:
        """Note that rows of a model are stored at `node`."""
        self.project.effects.store(self, model, node, how)

    def _mend_at(
        self, node: ast.AST, sink: Place, field: str, evidence: list[Evidence | None]
    ) -> tuple[Place, Module, list[Evidence]]:
        steps = [step for step in evidence if step is not None]
        if self.site is None:
            return sink, self.module, steps
        writer = self.evidence(node, "writes it")
        called = Evidence(self.site.place.path, self.site.place.line, self.site.module.snippet(self.site.place.line))
        text = "\n".join(self.module.lines[sink.line - 1 : sink.end_line])
        if self.site.module is self.module and field in text:
            return sink, self.module, [*steps, called._replace(note="called with it")]
        return self.site.place, self.site.module, [*steps, writer]
