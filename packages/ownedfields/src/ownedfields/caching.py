"""Remembers what every file was judged as, until it, what it rests on, the tool or the configuration changes."""

from __future__ import annotations

import os
import pickle
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from ownedfields import __version__
from ownedfields.config import Config, ConfigError
from ownedfields.discovery import Tree, find_files
from ownedfields.results import FileResult, Report, assembled

Signature = tuple[int, int] | bytes
Exports = frozenset[tuple[str, str, str]]


@dataclass(slots=True)
class Memory:
    """What one check leaves for the next."""

    key: str
    signatures: dict[str, Signature] = field(default_factory=dict)
    cue_hits: set[str] = field(default_factory=set)
    name_hits: set[str] = field(default_factory=set)
    exports: Exports = frozenset()
    results: dict[str, FileResult] = field(default_factory=dict)


def cached_check(
    config: Config, *, use_cache: bool = True, by_content: bool = False, may_share: bool = False
) -> Report:
    """Check a project, reading again only what changed since the last time.

    The engine is imported where something must be read: a check of an unchanged project does without. One that
    `may_share` the work uses a second process where that is worth it.
    """
    if not use_cache:
        from ownedfields.checking import Checker

        return Checker(config).run(may_share=may_share)
    started = time.perf_counter()
    path = config.root / config.cache_dir / "memory.pickle"
    tree = find_files(config.root, config.exclude)
    if not tree.files:
        raise ConfigError(f"{config.root} holds no Python file: there is nothing to check.")
    now = Memory(_key(config, by_content=by_content), signatures_of(tree, by_content=by_content))
    before = _load(path, now.key)
    if before.key == now.key and before.signatures == now.signatures:
        report = assembled(config, tree, before.results)
        report.rounds, report.parsed, report.cached = 1, len(before.results), len(before.results)
    else:
        from ownedfields.rechecking import recheck

        report = recheck(config, tree, before, now, may_share=may_share)
        _store(path, now)
    report.seconds = time.perf_counter() - started
    return report


def signatures_of(tree: Tree, *, by_content: bool) -> dict[str, Signature]:
    """What tells whether a file changed: its size and time, or its content."""
    if not by_content:
        return dict(tree.files)
    import hashlib  # brings a library of ciphers along: not for those who do not ask

    return {path: hashlib.blake2b((tree.root / path).read_bytes(), digest_size=16).digest() for path in tree.files}


def _key(config: Config, *, by_content: bool) -> str:
    tool = _tool_signature()
    return f"{__version__} {tool} {sys.version} {config.fingerprint} {config.strict} {by_content} {config.root}"


def _tool_signature() -> str:
    """Changes whenever a source file of the tool itself changes, so that a checkout under work never lies."""
    folder = Path(__file__).parent
    stamps = []
    for base in (folder, folder / "engine"):
        stamps += [entry.stat().st_mtime_ns for entry in os.scandir(base) if entry.name.endswith(".py")]
    return f"{len(stamps)}-{sum(stamps) & 0xFFFFFFFFFFFF:x}"


def _load(path: Path, key: str) -> Memory:
    try:
        with path.open("rb") as stream:
            memory = pickle.load(stream)  # noqa: S301 - written by this tool, in the project's own folder
    except Exception:  # a broken cache is no cache, whatever broke it
        return Memory("")
    return memory if isinstance(memory, Memory) and memory.key == key else Memory("")


def _store(path: Path, memory: Memory) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        ignore = path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(pickle.dumps(memory, protocol=5))
        temporary.replace(path)
    except OSError:
        return
