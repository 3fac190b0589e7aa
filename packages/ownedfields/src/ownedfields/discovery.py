"""Finds the files to check: everything that is Python or SQL below a root, but what is plainly not the project's."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ownedfields.config import path_matches

SUFFIXES = (".py", ".pyi", ".pyw", ".sql")
NOT_OURS = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__"})


@dataclass(slots=True)
class Tree:
    """The files below a root, with what tells whether they changed."""

    root: Path
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def find_files(root: Path, exclude: tuple[str, ...] = ()) -> Tree:
    """Return every file to check, by its path relative to `root`, with size and modification time."""
    tree = Tree(root)
    folders = [("", os.fspath(root))]
    while folders:
        prefix, folder = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            tree.skipped.append(prefix or ".")
            continue
        for entry in entries:
            _take(tree, entry, prefix + entry.name, exclude, folders)
    return tree


def _take(
    tree: Tree, entry: os.DirEntry[str], path: str, exclude: tuple[str, ...], folders: list[tuple[str, str]]
) -> None:
    name = entry.name
    if name.endswith(SUFFIXES) or "." not in name:
        if entry.is_dir():
            _enter(tree, entry, path, exclude, folders)
        elif entry.is_file() and (name.endswith(SUFFIXES) or _is_script(entry.path)):
            if exclude and any(path_matches(path, pattern) for pattern in exclude):
                tree.skipped.append(path)
                return
            status = entry.stat()
            tree.files[path] = (status.st_size, status.st_mtime_ns)
    elif entry.is_dir():
        _enter(tree, entry, path, exclude, folders)


def _enter(
    tree: Tree, entry: os.DirEntry[str], path: str, exclude: tuple[str, ...], folders: list[tuple[str, str]]
) -> None:
    hidden = entry.name.startswith(".")
    if (
        hidden
        or entry.name in NOT_OURS
        or entry.is_symlink()
        or os.path.exists(f"{entry.path}/pyvenv.cfg")
        or (exclude and any(path_matches(path, pattern) for pattern in exclude))
    ):
        tree.skipped.append(path)
    else:
        folders.append((f"{path}/", entry.path))


def _is_script(path: str) -> bool:
    """Return True if a file without a suffix starts like a Python program."""
    try:
        with open(path, "rb") as stream:
            first = stream.readline(200)
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first
