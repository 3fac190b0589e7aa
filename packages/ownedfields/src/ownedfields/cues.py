"""Choose the files worth parsing: those whose bytes hold a word that a guard mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ownedfields.config import Config
from ownedfields.engine.data.declarations import Tracked
from ownedfields.engine.files.tracked import snake_case
from ownedfields.engine.files.words import words_in
from ownedfields.engine.judging.joins import Pattern

DIRECTIVE = b"ownedfields:"
FEW = 8
Export = tuple[str, str, str]


class Cues:
    """The words, and a quick answer to whether a file holds one."""

    def __init__(self, config: Config, tracked: list[Tracked]) -> None:
        self._words = _shortest(_words(config, tracked))
        self._hinted = _Hinted(tracked)
        self._fields = tuple(sorted({name.encode() for model in tracked for name in model.fields}))
        self._calls = [Pattern(call).name.encode() for rule in config.together for call in rule.calls]
        self._banned = [_Retired(name) for banned in config.banned for name in banned.names]
        self._prose = [name.encode() for banned in config.banned if banned.prose for name in banned.names]

    def hit(self, content: bytes) -> bool:
        """Return True if the file may hold something to report."""
        for word in self._words:
            if word in content:
                return True
        if self.hit_retired(content):
            return True
        if any(name in content for name in self._fields) and self._hinted.hit(content):
            return True
        return any(name in content for name in self._calls) and self._hinted.is_used(content)

    def hit_retired(self, content: bytes) -> bool:
        """Return True if the file may say a retired name."""
        return any(retired.hit(content) for retired in self._banned)


def _shortest(words: set[bytes]) -> list[bytes]:
    """Return the words that no other word is part of: where a longer one stands, a shorter one does too."""
    return sorted(word for word in words if not any(other != word and other in word for other in words))


def spoken_of(config: Config, tracked: list[Tracked]) -> list[Tracked]:
    """Return the models of which a file must know for anything to be wrong with it.

    To store a model is wrong only beside a signal: a file that knows of the store alone breaks no rule by itself.
    """
    signals = {path for rule in config.together for path in rule.signals}
    return [model for model in tracked if model.guards or model.path in signals]


def _words(config: Config, tracked: list[Tracked]) -> set[bytes]:
    words = {DIRECTIVE.decode()}
    for model in spoken_of(config, tracked):
        words |= {model.name, model.name.lower(), model.table, *model.related, *model.legacy}
        words |= {hint for hint in (*model.hints, snake_case(model.name)) if "_" in hint}
    for rule in config.together:
        words |= {name.rpartition(".")[2] for name in rule.signals}
    return {word.encode() for word in words if len(word) > 2}


class _Hinted:
    """A variable with a hinted name, in a shape that may write."""

    def __init__(self, tracked: list[Tracked]) -> None:
        hints = {hint for model in tracked if model.guards for hint in model.hints}
        short = sorted(hint for hint in hints if not any(hint.endswith(other) for other in hints if other != hint))
        fields = "|".join(re.escape(name) for name in sorted({name for model in tracked for name in model.fields}))
        shape = rf"(?:e?s)?\d*(?:_\w+)?[\"']?[\])]*\s*\.\s*(?:(?:{fields})\b|{METHODS})"
        self._shapes = [(hint.encode(), re.compile(f"{re.escape(hint)}{shape}".encode())) for hint in short]
        used = "|".join(re.escape(hint) for hint in sorted(hints)) or "\0"
        self._used = re.compile(rf"(?<![A-Za-z0-9.])_*(?:{used})\d*(?:\.\w|[,)\]])".encode())
        handed = "|".join(re.escape(hint) for hint in short)
        self._handed = re.compile(rf"\((?:\w+\.)*\w*(?:{handed})".encode())

    def hit(self, content: bytes) -> bool:
        """Return True if the content has such a shape."""
        for hint, shape in self._shapes:
            if hint in content and shape.search(content) is not None:
                return True
        return any(opener in content for opener in OPENERS) and self._follows(content)

    def is_used(self, content: bytes) -> bool:
        """Return True if such a variable is used at all."""
        return self._used.search(content) is not None

    def _follows(self, content: bytes) -> bool:
        for opener in OPENERS:
            at = content.find(opener)
            while at >= 0:
                if self._handed.match(content, at + len(opener) - 1) is not None:
                    return True
                at = content.find(opener, at + 1)
        return False


METHODS = "__dict__|save|asave|save_base|__setattr__|__class__|_meta|update|aupdate|bulk_update|filter|exclude|all"
OPENERS = (b"attr(", b"vars(", b"bulk_update(", b"patch.object(")


class _Retired:
    """A retired name, whole or split into pieces."""

    def __init__(self, name: str) -> None:
        self._whole = name.encode()
        start = min(3, len(name) - 1)
        nested = ""
        for letter in reversed(name[start:-1]):
            nested = f"(?:{re.escape(letter)}{nested})?"
        self._start = name[:start].encode()
        self._pieces = re.compile(rf"{re.escape(name[:start])}{nested}[\"'}}]".encode())

    def hit(self, content: bytes) -> bool:
        """Return True if the content says the name, or a string begins it and breaks off."""
        if self._whole in content:
            return True
        return self._start in content and self._pieces.search(content) is not None


class NameCues:
    """Names that other files export and that carry a guarded model: the second round.

    To import one, a file must say the module's name, and its folder's or lie below that. A fixture of a conftest,
    which has no home, is had by its name alone, in any file below.
    """

    def __init__(self, exports: Iterable[Export]) -> None:
        self._by_home: dict[bytes, dict[str, set[bytes]]] = {}
        for name, home, folder in exports:
            if len(name) > 1:
                self._by_home.setdefault(home.encode(), {}).setdefault(folder, set()).add(name.encode())
        self._homes = frozenset(self._by_home)

    def hit(self, path: str, content: bytes) -> bool:
        """Return True if the file says one of the names, and where it comes from."""
        # To look for few words costs less than to take a file apart, to look for many costs more.
        if len(self._homes) <= FEW and not any(home in content for home in self._homes):
            return False
        words = words_in(content)
        return any(self._is_said(home, path, content, words) for home in self._homes if not home or home in words)

    def _is_said(self, home: bytes, path: str, content: bytes, words: frozenset[bytes]) -> bool:
        for folder, names in self._by_home[home].items():
            if not words.isdisjoint(names):
                below = path.startswith(f"{folder}/") or not folder
                if below or (home and _leads(folder.rpartition("/")[2].encode(), home, content, words)):
                    return True
        return False


def _leads(folder: bytes, home: bytes, content: bytes, words: frozenset[bytes]) -> bool:
    """Return True if the content reaches `home` through `folder`: `folder.home`, `from folder import home`."""
    if folder not in words:
        return False
    return folder + b"." + home in content or re.search(rb"\b" + folder + rb"\s+(?:import|as)\b", content) is not None
