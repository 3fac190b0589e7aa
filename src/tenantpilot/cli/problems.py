"""Explain problems to a person at a shell: one line, and the remedy."""

import errno
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, OperationalError

from tenantpilot.core.errors import TenantPilotError


class Problem(TenantPilotError):
    """Something that the person can mend. `what` names it, `remedy` says how."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text} {remedy}")
        self.what, self.remedy = text, remedy


def problem_of(error: BaseException) -> Problem | None:
    """Return the problem that stands for an error, or None: it is a bug, and its trace is needed."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ImproperlyConfigured):
        return Problem(_sentence(str(error)), "All settings are described in docs/reference/settings.md.")
    if isinstance(error, OSError):
        return _of_machine(error)
    if isinstance(error, DatabaseError | InterfaceError):
        return _of_database(error)
    if isinstance(error, TenantPilotError):
        return Problem(_sentence(str(error)), "")
    return None


def folder_not_writable(folder: object, reason: str | None = None) -> Problem:
    because = f" ({reason})" if reason else ""
    return Problem(
        f"The data folder {folder} cannot be written{because}.",
        "Give this user the right to write there, or choose another folder.",
    )


def disk_full(where: object = "the data folder") -> Problem:
    return Problem(f"The disk of {where} is full.", "Free some space, then run this again.")


def not_migrated(missing: int) -> Problem:
    return Problem(f"The database is not up to date: {missing} migrations are missing.", "Run: tenantpilot migrate")


def rows_break_a_key(error: Exception) -> Problem:
    return Problem(
        f"Rows of the database break a key between two tables: {' '.join(str(error).split())}",
        "Correct or delete the rows that this names, then run: tenantpilot migrate",
    )


def _of_machine(error: OSError) -> Problem | None:
    where = error.filename or "the data folder"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return disk_full(where)
        case errno.EACCES | errno.EPERM | errno.EROFS | errno.ENOTDIR | errno.EEXIST:
            return Problem(f"{where}: {error.strerror}.", "Mend its rights, or choose another place.")
        case _:
            return None


def _of_database(error: DatabaseError | InterfaceError) -> Problem | None:
    state, text = _sqlstate(error), str(error).lower()
    for pattern in _KNOWN:
        if state in pattern.states or any(words in text for words in pattern.texts):
            return pattern.problem
    return _UNREACHABLE if isinstance(error, OperationalError | InterfaceError) else None


def _sqlstate(error: BaseException) -> str:
    """PostgreSQL's own code; empty for SQLite, and where no server answered."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


@dataclass(frozen=True)
class _Known:
    """PostgreSQL says what it is by a code, SQLite by a text (https://sqlite.org/rescode.html)."""

    states: tuple[str, ...]
    texts: tuple[str, ...]
    problem: Problem


_CORRECT_URL = "Correct TENANTPILOT_DATABASE_URL."
_MIGRATE = "Run: tenantpilot migrate"
_UNREACHABLE = Problem("The database does not answer.", f"Start it. {_CORRECT_URL[:-1]} if it lies elsewhere.")
_KNOWN = [
    _Known(("53100",), ("disk is full",), disk_full("the database")),
    _Known(("42P01",), ("no such table",), Problem("The database has no tables yet, or old ones.", _MIGRATE)),
    _Known(("42703",), ("no such column",), Problem("The database is older than this program.", _MIGRATE)),
    _Known(
        ("28P01", "28000"),
        ("password authentication failed", "no password supplied"),
        Problem("The database refused the user or the password.", _CORRECT_URL),
    ),
    _Known(
        ("3D000",),
        ('" does not exist',),
        Problem("The database server has no database or user of this name.", f"Create it. {_CORRECT_URL}"),
    ),
    _Known(
        (),
        ("unable to open database file",),
        Problem("The database file cannot be opened.", "If its folder may be written, run: tenantpilot setup"),
    ),
    _Known(
        ("25006",),
        ("readonly database",),
        Problem("The database cannot be written.", "Give this user the right to write its file and its folder."),
    ),
    _Known(
        ("42501",),
        (),
        Problem("The database user lacks a right.", "Grant it. Tables are made by their owner: tenantpilot migrate"),
    ),
    _Known(
        (),
        ("disk i/o error",),
        Problem("The disk of the database cannot be read or written.", "Look whether it is full, or fails."),
    ),
    _Known(
        (),
        ("not a database", "malformed"),
        Problem("The database file is damaged, or is not a database.", "Restore it from a backup."),
    ),
    _Known(
        (),
        ("database is locked",),
        Problem("Another process holds the database too long.", "Look for one that hangs. SQLite needs a local disk."),
    ),
]
