"""Finds the models of a project that look owned, and writes a configuration for them."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ownedfields.checking import Checker
from ownedfields.config import Config, Guard
from ownedfields.discovery import Tree, find_files
from ownedfields.engine.files.modules import ModuleIndex, parse
from ownedfields.engine.files.tracked import snake_case

STATE_WORDS = ("status", "state", "outcome", "stage", "phase", "is_active")
OWNER_NAMES = (
    "service",
    "services",
    "state_machine",
    "statemachine",
    "transitions",
    "workflow",
    "lifecycle",
    "actions",
)


@dataclass(slots=True)
class Suggestion:
    """A model with fields that say how far a thing has come."""

    model: str
    path: str
    fields: list[str]
    related: list[str] = field(default_factory=list)
    owner: str = ""
    other_writers: list[str] = field(default_factory=list)


def suggestions(root: Path, exclude: tuple[str, ...] = ()) -> list[Suggestion]:
    """Return the models worth guarding, the most written first."""
    tree = find_files(root, exclude)
    index = ModuleIndex(tree.files)
    suggested: list[Suggestion] = []
    for path in sorted(tree.files):
        content = (root / path).read_bytes()
        if path.endswith(".py") and b"models." in content and b"class " in content and "migrations/" not in path:
            suggested += _in_file(path, content, index)
    writers = _writers(root, tree, suggested)
    for suggestion in suggested:
        _choose_owner(suggestion, tree, writers.get(suggestion.model, Counter()))
    return sorted(
        suggested, key=lambda suggestion: (-sum(writers.get(suggestion.model, Counter()).values()), suggestion.model)
    )


def _in_file(path: str, content: bytes, index: ModuleIndex) -> list[Suggestion]:
    try:
        module = parse(path, index.dotted_of(path), content)
    except (SyntaxError, ValueError):
        return []
    suggested = []
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and node.bases and not _is_abstract(node):
            fields, related = _fields_of(node)
            if fields:
                suggested.append(Suggestion(f"{module.dotted}.{node.name}", path, fields, related))
    return suggested


def _is_abstract(node: ast.ClassDef) -> bool:
    return any(
        isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "abstract" for target in statement.targets)
        for inner in node.body
        if isinstance(inner, ast.ClassDef)
        for statement in inner.body
    )


def _fields_of(node: ast.ClassDef) -> tuple[list[str], list[str]]:
    fields, related = [], []
    for statement in node.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
            continue
        field_class = str(getattr(value.func, "attr", getattr(value.func, "id", "")))
        if field_class.endswith("Field"):
            words = target.id.split("_")
            if target.id in STATE_WORDS or words[-1] in STATE_WORDS:
                fields.append(target.id)
        related += [
            str(keyword.value.value)
            for keyword in value.keywords
            if keyword.arg == "related_name" and isinstance(keyword.value, ast.Constant) and keyword.value.value != "+"
        ]
    return fields, related


def _writers(root: Path, tree: Tree, suggested: list[Suggestion]) -> dict[str, Counter[str]]:
    """Return the number of writes of each file to the fields of each model, by the engine's own judgement."""
    guards = tuple(
        Guard(
            suggestion.model,
            tuple(suggestion.fields),
            ("nobody.py",),
            name_hints=(snake_case(suggestion.model.rpartition(".")[2]),),
        )
        for suggestion in suggested
    )
    writers: dict[str, Counter[str]] = {}
    if not guards:
        return writers
    checker = Checker(Config(root, root / "pyproject.toml", guards=guards), tree)
    checker.project.load_models()
    for path in tree.files:
        if path.endswith(".py") and checker.cues.hit(checker.content(path)):
            for model, _, _, _, _ in checker.judge(path).sites:
                writers.setdefault(model, Counter())[path] += 1
    return writers


def _choose_owner(suggestion: Suggestion, tree: Tree, writers: Counter[str]) -> None:
    """A service file beside the model that writes it, else the file that writes it most, else a service file at all."""
    product = Counter({path: count for path, count in writers.items() if not _is_test(path)})
    folder = suggestion.path.rpartition("/")[0]
    services = [
        path
        for path in tree.files
        if path.rpartition("/")[2].removesuffix(".py") in OWNER_NAMES
        and path.startswith(f"{folder}/" if folder else "")
    ]
    writing = [path for path in services if product[path]]
    best = [path for path, _ in product.most_common(1)]
    suggestion.owner = next(iter([*writing, *best, *services, suggestion.path]))
    suggestion.other_writers = [path for path, _ in product.most_common() if path != suggestion.owner]


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(("test_", "conftest")) or name == "tests.py" or "tests/" in path or "migrations/" in path


def as_toml(chosen: list[Suggestion]) -> str:
    """Return the `[tool.ownedfields]` table that guards the models."""
    lines = ["[tool.ownedfields]"]
    for suggestion in chosen:
        name = suggestion.model.rpartition(".")[2]
        lines += [
            "",
            "[[tool.ownedfields.guard]]",
            f'model = "{suggestion.model}"',
            f"fields = {_array(suggestion.fields)}",
            f"owner = {_array([suggestion.owner])}  # only these files may write the fields",
            f'name_hints = ["{snake_case(name)}"]  # variables that hold one where nothing else tells',
            f'instead = "call the functions of {suggestion.owner}"  # printed with every finding',
        ]
    return "\n".join(lines) + "\n"


def _array(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
