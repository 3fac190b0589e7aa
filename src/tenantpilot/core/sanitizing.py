"""Keep what is secret or personal out of everything that is stored or logged (OPS-11, OPS-12).

Three layers. What is stored on runs and notifications is built by `failure` from the reason catalogue and typed values
alone, so it cannot leak. Text from outside passes `sanitize`, which lets through allowed shapes and nothing else. Text
that our own people typed, and names that the inventory shows, stay readable: `screened` hides what looks like a secret.
"""

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError

from tenantpilot.core.allowed_shapes import allowed
from tenantpilot.core.errors import Params, ReasonedError
from tenantpilot.core.reasons import UNKNOWN, ReasonCatalog, shown_param
from tenantpilot.core.redaction import HIDDEN, is_secret_name, redacted

__all__ = ["HIDDEN", "Failure", "ObjectName", "describe", "failure", "harmless", "sanitize", "screened", "shown_item"]

MAX_MESSAGE = 300
MAX_ITEM = 120
_SQLITE_FULL = 13
SUBJECT = re.compile(r"[a-z_]{1,32}:[1-9]\d{0,18}")
# Control characters, halves of surrogates, line ends, and what turns the direction of writing round.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Failure:
    """The stored form of a fault: a catalogued code and our own words for it."""

    code: str
    message: str
    item: str | None = None
    request_id: str = ""
    """Microsoft's support asks for it."""
    subject: str = ""
    """The object that the item is about, as kind and key: "policy:17"."""

    def as_json(self) -> dict[str, str]:
        further = {"item": self.item, "request_id": self.request_id, "subject": self.subject}
        return {"code": self.code, "message": self.message} | {name: text for name, text in further.items() if text}


class ObjectName(str):
    """A name that the inventory or a catalogue shows to whoever may see the run, so that it is kept as it stands there.

    Any other text is taken for one from outside.
    """


def describe(code: str, params: Params | None = None, *, item: str | None = None, subject: str = "") -> Failure:
    """A failure in the catalogue's words; an unknown code becomes internal_error."""
    known_code = code if ReasonCatalog.knows(code) else "internal_error"
    message = ReasonCatalog.describe(known_code, params)
    about = subject if SUBJECT.fullmatch(subject) else ""
    return Failure(known_code, message[:MAX_MESSAGE], shown_item(item) if item else None, _request_id(params), about)


def shown_item(item: str) -> str:
    """An item's name in one line of at most MAX_ITEM characters: as it is where it is an ObjectName, else sanitized."""
    line = _UNSHOWN.sub(" ", item) if isinstance(item, ObjectName) else sanitize(item)
    return line if len(line) <= MAX_ITEM else f"{line[: MAX_ITEM - 1]}…"


def _request_id(params: Params | None) -> str:
    """Only what has the form of one is taken for it."""
    text = shown_param("request_id", (params or {}).get("request_id"))
    return "" if text == UNKNOWN else text


def failure(exception: BaseException, *, item: str | None = None, subject: str = "") -> Failure:
    """Return the failure that stands for an exception. Its text is never used, only its code and its params."""
    if isinstance(exception, ReasonedError):
        return describe(exception.reason_code, exception.params, item=item, subject=subject)
    return describe(_code_of_foreign(exception), item=item, subject=subject)


def sanitize(text: str) -> str:
    """Text from outside, reduced to words, codes and ids of allowed shapes; one line, bounded in length.

    What is stored on runs and notifications still comes from `failure` alone.
    """
    return allowed(redacted(text))


def screened(text: str) -> str:
    """Text that a person of the workspace typed, or a value of ours: as it is, without known shapes of secrets."""
    return redacted(text)


def harmless(value: Any) -> Any:
    """JSON that may be stored: every text sanitized and short, what is named like a secret hidden."""
    match value:
        case None | bool() | int():
            return value
        case Mapping():
            return {screened(str(key))[:64]: _harmless_field(str(key), item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [harmless(item) for item in value]
        case _:
            return screened(str(value))[:MAX_MESSAGE]


def _harmless_field(name: str, value: Any) -> Any:
    return HIDDEN if is_secret_name(name) and isinstance(value, str) else harmless(value)


def _code_of_foreign(exception: BaseException) -> str:
    if _is_disk_full(exception):
        return "disk_full"
    if isinstance(exception, OperationalError | InterfaceError):
        return "database_unavailable"
    return "internal_error"


def _is_disk_full(exception: BaseException) -> bool:
    if isinstance(exception, OSError):
        return exception.errno == errno.ENOSPC
    cause = exception.__cause__
    if isinstance(exception, DatabaseError) and cause is not None:
        sqlite_full = getattr(cause, "sqlite_errorcode", None) == _SQLITE_FULL
        return sqlite_full or getattr(cause, "sqlstate", None) == "53100"
    return False
