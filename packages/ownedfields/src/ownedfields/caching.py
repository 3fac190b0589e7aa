"""Remembers what every file was judged as, until it, what it rests on, the tool or the configuration changes."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

from ownedfields import __version__
from ownedfields.config import Config, ConfigError
from ownedfields.discovery import Tree, find_files
from ownedfields.remembering import Memory, Signature, from_text, to_text
from ownedfields.results import Report, assembled

FILE_NAME = "memory.json"


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
    path = config.root / config.cache_dir / FILE_NAME
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
    """Return the signature of each file, which changes with it: its size and time, or its content."""
    if not by_content:
        return dict(tree.files)
    import hashlib  # brings a library of ciphers along: not for those who do not ask

    return {path: hashlib.blake2b((tree.root / path).read_bytes(), digest_size=16).hexdigest() for path in tree.files}


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
    """Return the memory of the last check, empty where the file is missing, foreign, broken or no plain file."""
    try:
        if not _is_ours(path.parent) or not stat.S_ISREG(path.lstat().st_mode):
            return Memory("")
        memory = from_text(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Memory("")
    return memory if memory.key == key else Memory("")


def _store(path: Path, memory: Memory) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        if not _is_ours(path.parent):
            return
        ignore = path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(to_text(memory), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        return


def _is_ours(folder: Path) -> bool:
    """Return True for a real folder, False for a link that leads our files somewhere else."""
    return not folder.is_symlink()
