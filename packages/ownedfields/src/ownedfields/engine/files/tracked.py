"""The models that the rules speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ownedfields.config import Config, Guard
from ownedfields.engine.data.declarations import Tracked

# Words that say which one of its kind a variable holds, and nothing about the kind.
QUALIFIERS = frozenset(
    (
        "a the this that my our new old current existing other another same first last next previous prev "
        "latest fresh stale locked active queued running pending finished completed failed cancelled target "
        "source parent child original updated saved loaded found db one single some each tmp temp copied "
        "orphaned lost open initial second third"
    ).split()
)
DIGITS = re.compile(r"_?\d+$")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words by which code speaks of the tracked models: names of variables, fields and tables."""

    hints: Hints
    words: frozenset[str]
    telling: frozenset[str]


class Hints:
    """The variable names that suggest a model."""

    def __init__(self, tracked: list[Tracked]) -> None:
        self._single = {hint: model for model in tracked for hint in model.hints}
        self._plural = {_plural(hint): model for hint, model in self._single.items()}
        hints = {*self._single, *self._plural}
        self._stems = [hint for hint in hints if not any(other != hint and other in hint for other in hints)]
        self._another: dict[str, bool] = {}
        self._either: dict[str, bool] = {}
        self._asked: set[str] = set()
        self._telling: set[str] = set()
        self._memo: dict[tuple[str, bool], Tracked | None] = {}

    def single(self, name: str) -> Tracked | None:
        """Return the model that a variable of this name most likely holds."""
        return self._find(name, plural=False)

    def plural(self, name: str) -> Tracked | None:
        """Return the model of which a variable of this name most likely holds several."""
        return self._find(name, plural=True)

    def either(self, name: str) -> bool:
        """Return True if the name suggests one or several of some model."""
        is_hint = self._either.get(name)
        if is_hint is None:
            is_hint = self._either[name] = (self.single(name) or self.plural(name)) is not None
        return is_hint

    def among(self, names: frozenset[str]) -> frozenset[str]:
        """Return those of the names that suggest one or several of some model."""
        new = names - self._asked
        self._asked |= new
        self._telling |= {name for name in new if self._may_tell(name) and self.either(name)}
        return names & self._telling

    def _may_tell(self, name: str) -> bool:
        """Return True if a hint is somewhere in the name. Most words of a file end here."""
        for stem in self._stems:  # noqa: SIM110 - asked of every word of every file
            if stem in name:
                return True
        return False

    def another(self, name: str) -> bool:
        """Return True if the name says that it is a thing of the same word but another kind: `backup_runs`."""
        if name not in self._another:
            bare = DIGITS.sub("", name.strip("_"))
            ends = any(bare.endswith(f"_{word}") for word in (*self._single, *self._plural))
            self._another[name] = ends and not self.either(name)
        return self._another[name]

    def _find(self, name: str, *, plural: bool) -> Tracked | None:
        key = (name, plural)
        if key not in self._memo:
            self._memo[key] = _match(name, self._plural if plural else self._single)
        return self._memo[key]


def _match(name: str, models: dict[str, Tracked]) -> Tracked | None:
    bare = DIGITS.sub("", name.strip("_"))
    if bare.endswith(("_obj", "_instance", "_row", "_record", "_qs", "_queryset", "_list")):
        bare = bare.rpartition("_")[0]
    if bare in models:
        return models[bare]
    for hint, model in models.items():
        if not bare.endswith(f"_{hint}"):
            continue
        before = bare[: -len(hint) - 1]
        if "_" in hint or all(word in QUALIFIERS for word in before.split("_")):
            return model
    return None


def _plural(name: str) -> str:
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


def snake_case(name: str) -> str:
    """`OperationRun` as `operation_run`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def tracked_models(config: Config) -> list[Tracked]:
    """Return one entry for each model that a guard or a `together` rule names by its import path."""
    models: dict[str, Tracked] = {}
    for guard in config.guards:
        model = models.setdefault(guard.model, new_tracked(guard.model, guard))
        model.protect(guard)
        model.hints |= {snake_case(guard.class_name), *guard.name_hints}
        model.related |= {*guard.related_names, f"{guard.class_name.lower()}_set"}
        model.legacy |= set(guard.legacy_names)
    for together in config.together:
        for path in (*together.signals, *together.stores):
            if "." in path and path.rpartition(".")[2][:1].isupper() and not path.startswith("."):
                models.setdefault(path, new_tracked(path, None))
    return list(models.values())


def new_tracked(path: str, guard: Guard | None) -> Tracked:
    """Return a model as its import path describes it, before its class was read."""
    parts = path.split(".")
    name = parts[-1]
    app = parts[-3] if len(parts) > 2 and parts[-2] == "models" else parts[-2]
    if "models" in parts[:-2]:
        app = parts[parts.index("models") - 1]
    label = guard.app_label if guard and guard.app_label else app
    table = guard.table if guard and guard.table else f"{label}_{name.lower()}"
    return Tracked(path=path, app_label=label, table=table, related={f"{name.lower()}_set"})
