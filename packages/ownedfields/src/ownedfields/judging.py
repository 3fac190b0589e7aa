"""Turns what the engine saw in one file into findings: who may write, what meets what, what is ignored."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ownedfields import ignores, retired
from ownedfields.config import Config, Guard, Together
from ownedfields.cues import Cues
from ownedfields.engine.data.declarations import Module
from ownedfields.engine.files.project import Project
from ownedfields.engine.files.walking import walk
from ownedfields.engine.judging.raw_findings import Mention, Place, WriteHit, place_of
from ownedfields.findings import Evidence, Finding

MAX_SNIPPET = 6


class Judge:
    """Knows the configuration; judges module after module."""

    def __init__(self, config: Config, project: Project, cues: Cues) -> None:
        self._config = config
        self._direct = project.direct
        self._cues = cues

    def findings(self, module: Module) -> list[Finding]:
        """Return the findings in the file, before its ignore comments are applied."""
        all_findings = [*self._writes(module), *self._meetings(module), *self._retired(module)]
        return sorted(set(all_findings), key=lambda finding: finding.order)

    def sites(self, module: Module) -> list[tuple[str, str, int, int, str]]:
        """Return every known write, allowed or not: model, field, first line, last line, symbol."""
        return sorted(
            (hit.model.path, hit.field, hit.place.first_line, hit.place.last_line, hit.place.symbol)
            for hit in module.hits.writes.values()
        )

    def _writes(self, module: Module) -> Iterator[Finding]:
        for hit in module.hits.writes.values():
            is_direct = (hit.place.path, hit.place.line) == hit.sink[:2]
            for guard in hit.model.guards:
                field_name = hit.field
                if field_name not in guard.fields or guard.is_owner(module.path) or guard.is_owner(hit.sink[0]):
                    continue
                if is_direct or (*hit.sink, hit.field) not in self._direct:
                    yield self._write(module, hit, guard)

    def _write(self, module: Module, hit: WriteHit, guard: Guard) -> Finding:
        name = f"{hit.model.name}.{hit.field}"
        fix = guard.instead or f"call the owner instead: {', '.join(guard.owner)}"
        evidence = _steps(hit.evidence, hit.place) or (_bare_evidence(module, hit),)
        return _finding(
            module, hit.rule, hit.place, f"{name} written by {hit.how}", subject=name, evidence=evidence, fix=fix
        )

    def _meetings(self, module: Module) -> Iterator[Finding]:
        for rule in self._config.together:
            if rule.is_allowed(module.path):
                continue
            signal = self._signal(module, rule)
            if signal is None:
                continue
            for mention in self._other_side(module, rule):
                yield self._meeting(module, rule, signal, mention)

    def _signal(self, module: Module, rule: Together) -> Mention | None:
        for name in rule.signals:
            for path, mention in module.hits.touches.items():
                if path == name or path.endswith(f".{name}"):
                    return mention
        signal_names = {name.rpartition(".")[2] for name in rule.signals}
        return _spoken(module, signal_names) if any(name in module.source for name in signal_names) else None

    def _other_side(self, module: Module, rule: Together) -> Iterator[Mention]:
        places: set[tuple[int, int]] = set()
        stores = [mention for key, mention in module.hits.stores.items() if _names(rule.stores, key[0])]
        calls = [mention for key, mention in module.hits.calls.items() if key[0] in rule.calls]
        for mention in [*stores, *calls]:
            place = (mention.place.line, mention.place.column)
            if place not in places:
                places.add(place)
                yield mention

    def _meeting(self, module: Module, rule: Together, signal: Mention, mention: Mention) -> Finding:
        subject = mention.subject.strip(".").removesuffix("(+)").rpartition(".")[2]
        first = signal.subject.rpartition(".")[2]
        where = Evidence(module.path, signal.place.line, module.snippet(signal.place.line), f"{first}: {signal.note}")
        fix = rule.instead or f"do it in {', '.join(allow.file for allow in rule.allow) or 'a file of its own'}"
        message = f"{subject} used in a file that touches {first}"
        return _finding(
            module, "OPR201", mention.place, message, subject=rule.name, evidence=(where, *mention.evidence), fix=fix
        )

    def _retired(self, module: Module) -> Iterator[Finding]:
        for banned in self._config.banned:
            if banned.is_allowed(module.path) or not self._cues.hit_retired(module.source.encode()):
                continue
            for use in retired.uses(module.tree, banned):
                if not hasattr(use.node, "lineno"):
                    continue
                place = place_of(module.path, use.node, _statement_at(module, use.node), "")
                fix = f"use {banned.instead}" if banned.instead else "remove it"
                yield _finding(
                    module, use.rule, place, f"{use.name} is retired", subject=use.name, evidence=(), fix=fix
                )


def _bare_evidence(module: Module, hit: WriteHit) -> Evidence:
    """Return the place that names the model or the table, where nothing on another line led to the receiver."""
    named = module.hits.touches.get(hit.model.path)
    line = hit.place.line
    if hit.rule == "OPR111":
        return Evidence(module.path, line, module.snippet(line), f"the statement names {hit.model.table}")
    if named is None:
        return Evidence(module.path, line, module.snippet(line), f"this is a {hit.model.name}")
    line = named.place.line
    return Evidence(module.path, line, module.snippet(line), f"{hit.model.name}: {named.note}")


def _names(patterns: Iterable[str], path: str) -> bool:
    return any(path == name or path.endswith(f".{name}") for name in patterns)


def _spoken(module: Module, names: set[str]) -> Mention | None:
    """Return the first identifier or import of one of the names."""
    first: tuple[int, ast.AST, str] | None = None
    for node in walk(module.tree):
        name = ""
        if isinstance(node, ast.Name):
            name = node.id
        elif isinstance(node, ast.Attribute):
            name = node.attr
        elif isinstance(node, ast.alias):
            name = node.name.rpartition(".")[2]
        elif isinstance(node, ast.ClassDef):
            name = next((base for base_node in node.bases if (base := _last(base_node)) in names), "")
        if name in names and (first is None or node.lineno < first[0]):  # type: ignore[attr-defined]
            first = (node.lineno, node, name)  # type: ignore[attr-defined]
    if first is None:
        return None
    return Mention(place_of(module.path, first[1], None, ""), first[2], "it is named here")


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _statement_at(module: Module, node: ast.AST) -> ast.AST | None:
    line = getattr(node, "lineno", 0)
    best: ast.AST | None = None
    body: list[ast.AST] = list(module.tree.body)
    while body:
        around = next(
            (statement for statement in body if _first_line(statement) <= line <= _last_line(statement)), None
        )
        if around is None:
            break
        best = around
        body = [
            statement
            for name in ("body", "orelse", "finalbody", "handlers", "cases")
            for statement in getattr(around, name, [])
            if isinstance(statement, ast.AST)
        ]
    return best


def _last_line(node: ast.AST) -> int:
    body = getattr(node, "body", None)
    own = getattr(node, "end_lineno", None)
    return int(own or (_last_line(body[-1]) if body else 0))


def _first_line(node: ast.AST) -> int:
    decorators = getattr(node, "decorator_list", [])
    lines = [decorator.lineno for decorator in decorators]
    pattern = getattr(node, "pattern", None)
    own = getattr(node, "lineno", None) or (pattern.lineno if pattern is not None else 0)
    return int(min([own, *lines]))


def _finding(
    module: Module, rule: str, place: Place, message: str, *, subject: str, evidence: tuple[Evidence, ...], fix: str
) -> Finding:
    last = min(place.end_line, place.line + MAX_SNIPPET - 1)
    return Finding(
        rule=rule,
        path=place.path,
        line=place.line,
        column=place.column + 1,
        end_line=place.end_line,
        end_column=place.end_column + 1,
        message=message,
        symbol=place.symbol or _symbol_at(module, place.line),
        subject=subject,
        snippet=tuple(module.lines[place.line - 1 : last]),
        evidence=_steps(evidence, place),
        fix=fix,
        first_line=place.first_line,
        last_line=place.last_line,
    )


def _steps(evidence: tuple[Evidence, ...], place: Place) -> tuple[Evidence, ...]:
    """Return each line of evidence once, the one with a note before the one without."""
    steps: dict[tuple[str, int], Evidence] = {}
    for step in evidence:
        key = (step.path, step.line)
        if key not in steps or not steps[key].note:
            steps[key] = step
    return tuple(step for key, step in steps.items() if key != (place.path, place.line) or step.note)


def _symbol_at(module: Module, line: int) -> str:
    names: list[str] = []
    body: list[ast.AST] = list(module.tree.body)
    while body:
        node = body.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.lineno <= line <= (node.end_lineno or node.lineno):
                names.append(node.name)
                body = list(node.body)
        elif hasattr(node, "body"):
            body += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    return ".".join(names) or "<module>"


def apply_ignores(module: Module, findings: list[Finding]) -> tuple[list[Finding], int]:
    """Return the findings that no sound comment covers, those about the comments, and the number covered."""
    comments = ignores.ignores_in(module.source)
    remaining, covered = [], 0
    for finding in findings:
        comment = next((candidate for candidate in comments if _covers(candidate, finding)), None)
        if comment is None:
            remaining.append(finding)
        else:
            comment.used.add(finding.rule)
            covered += 1
    for comment in comments:
        remaining.extend(_about(module, comment))
    return sorted(remaining, key=lambda finding: finding.order), covered


def _covers(comment: ignores.Ignore, finding: Finding) -> bool:
    inside = finding.first_line <= comment.line <= finding.last_line
    return inside and not comment.problem and finding.rule in comment.rules


def _about(module: Module, comment: ignores.Ignore) -> Iterator[Finding]:
    place = Place(
        module.path, comment.line, comment.column, comment.line, comment.column, comment.line, comment.line, ""
    )
    if comment.problem:
        message, fix = {
            "OPR902": ("the ignore gives no reason, so it is not honored", "add `-- reason` to the comment"),
            "OPR903": (
                "the ignore names no known rule, so it is not honored",
                "write `# ownedfields: ignore[OPR101] -- reason`",
            ),
        }[comment.problem]
        yield _finding(module, comment.problem, place, message, subject="", evidence=(), fix=fix)
        return
    for rule in comment.rules:
        if rule not in comment.used:
            message = f"the ignore of {rule} matches no finding"
            yield _finding(module, "OPR901", place, message, subject=rule, evidence=(), fix="remove it")
