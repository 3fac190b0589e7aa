"""Refuses a configuration that names what is not there: a guard that guards nothing must not pass."""

from __future__ import annotations

from collections.abc import Iterable

from ownedfields.config import Config, ConfigError, Guard, path_matches
from ownedfields.discovery import Tree
from ownedfields.engine.data.declarations import Tracked
from ownedfields.engine.data.values import Symbol
from ownedfields.engine.files.project import Project


def verify(config: Config, project: Project, tree: Tree) -> None:
    """Raises ConfigError with everything that is wrong."""
    problems: list[str] = []
    for guard in config.guards:
        problems += _guard(guard, project, tree)
    for rule in config.together:
        problems += _files(f"together {rule.name!r}", [allow.file for allow in rule.allow], tree)
    for banned in config.banned:
        problems += _files(f"banned {banned.names[0]!r}", [allow.file for allow in banned.allow], tree)
    if problems:
        raise ConfigError(
            "\n".join([f"{config.source}: the configuration names things that are not there.", *problems])
        )


def _guard(guard: Guard, project: Project, tree: Tree) -> list[str]:
    where = f"guard of {guard.model}"
    problems = _files(where, guard.owner, tree, subject="owner")
    model = next(tracked for tracked in project.tracked if tracked.path == guard.model)
    if project.index.path_of(guard.module) is None:
        return [*problems, f"- {where}: there is no module {guard.module} below {project.config.root}"]
    if model.info is None:
        return [
            *problems,
            f"- {where}: {guard.module} defines no class {guard.class_name}{_near_class(model, project)}",
        ]
    return [*problems, *_fields(guard, model, where)]


def _fields(guard: Guard, model: Tracked, where: str) -> list[str]:
    assert model.info is not None
    if _has_unreadable_base(model):
        return []
    field_names = {name for info in model.info.ancestry() for name in (*info.names, *info.annotations)}
    return [
        f"- {where}: {guard.class_name} has no field {name!r}{_suggest(name, field_names)}"
        for name in guard.fields
        if name not in field_names
    ]


def _has_unreadable_base(model: Tracked) -> bool:
    assert model.info is not None
    for info in model.info.ancestry():
        for base in info.bases:
            if isinstance(base, Symbol) and base.dotted.startswith("django.db.models"):
                continue
            if isinstance(base, Symbol) or type(base).__name__ == "Unknown":
                return True
    return False


def _files(where: str, patterns: Iterable[str], tree: Tree, subject: str = "allowed file") -> list[str]:
    return [
        f"- {where}: {subject} {pattern!r} matches no file{_suggest(pattern, tree.files)}"
        for pattern in patterns
        if not any(path_matches(path, pattern) for path in tree.files)
    ]


def _near_class(model: Tracked, project: Project) -> str:
    module = project.load(model.module)
    return _suggest(model.name, [info.name for info in module.classes] if module is not None else [])


def _suggest(name: str, names: Iterable[str]) -> str:
    import difflib  # only now: nearly every name is right

    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
