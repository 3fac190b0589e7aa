"""Faults by rule: which calls go wrong, how, and how often."""

import fnmatch
import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path

from intunesim.json_types import Json, JsonObject, is_like


class FaultKind(StrEnum):
    """The ways in which a call can go wrong."""

    STATUS = "status"
    """Refused with a status, nothing applied."""
    STATUS_AFTER = "status_after"
    """Applied, and then answered with an error."""
    DELAY = "delay"
    """Answered late."""
    RESET = "reset"
    """The connection is reset before anything was applied."""
    RESET_AFTER = "reset_after"
    """Applied, and then the connection is reset."""
    DRIP = "drip"
    """The body arrives one byte at a time."""
    CUT = "cut"
    """The body ends before its stated length."""
    UNFINISHED = "unfinished"
    """A chunked body without its last chunk."""
    TRUNCATED = "truncated"
    """Half of the JSON, with an honest length."""
    HTML = "html"
    """Status 200 and an HTML page."""
    EMPTY = "empty"
    """Status 200 and no body."""
    EMPTY_PAGE = "empty_page"
    """A page without items that nevertheless has a nextLink; the items follow."""
    LOOP = "loop"
    """A nextLink that leads to the same page again."""
    REPEAT_PAGE = "repeat_page"
    """The items of the page twice."""
    FOREIGN_LINK = "foreign_link"
    """A nextLink on another host."""
    NO_VALUE = "no_value"
    """A page without its value."""


WIRE = frozenset(
    {
        FaultKind.RESET, FaultKind.RESET_AFTER, FaultKind.DRIP, FaultKind.CUT, FaultKind.UNFINISHED,
        FaultKind.TRUNCATED, FaultKind.HTML, FaultKind.EMPTY,
    }
)  # fmt: skip
"""Kinds that concern the connection and cannot happen to one call inside a batch."""
BEFORE = frozenset({FaultKind.STATUS, FaultKind.RESET})
"""Kinds that keep the call from being applied."""


@dataclass
class Fault:
    """A rule. A call that it matches goes wrong, unless a counter says otherwise."""

    kind: FaultKind = FaultKind.STATUS
    method: str = "*"
    path: str = "*"
    """A pattern for the path below the version, e.g. /deviceManagement/configurationPolicies*; * matches slashes too.
    Sign-in calls have paths such as /<tenant>/oauth2/v2.0/token, batches /$batch."""
    tenant: str = "*"
    client_id: str = "*"
    version: str = "*"
    status: int = 503
    code: str = ""
    message: str = ""
    retry_after: str = ""
    """Sent as it is: 5, 2.128, or an HTTP date."""
    seconds: float = 1.0
    """The delay, or the pause between two bytes."""
    every: int = 1
    """Only every nth matching call goes wrong."""
    after: int = 0
    """The number of matching calls that succeed first."""
    times: int = 0
    """How often it happens at most; 0 means without end."""
    id: int = 0
    matched: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        self.kind = FaultKind(self.kind)
        if self.every < 1:
            raise ValueError("every must be at least 1")
        if self.status not in range(200, 600):
            raise ValueError("status must be one of HTTP, from 200 to 599")

    def fits(self, *, method: str, path: str, tenant: str, client_id: str, version: str) -> bool:
        """Return True if the rule is about this call."""
        return (
            self.method in ("*", method)
            and self.version in ("*", version)
            and self.tenant in ("*", tenant)
            and self.client_id in ("*", client_id)
            and self._fits_path(path.lower())
        )

    def _fits_path(self, path: str) -> bool:
        """A pattern hits sign-ins and whole batches only when it names them."""
        pattern = self.path.lower()
        if any(mark in path and mark not in pattern for mark in ("/oauth2/", "/$batch")):
            return False
        return fnmatch.fnmatchcase(path, pattern)

    def strike(self) -> bool:
        """Count a matching call; True when this one goes wrong."""
        self.matched += 1
        turn = self.matched - self.after
        if turn < 1 or (turn - 1) % self.every or (self.times and self.fired >= self.times):
            return False
        self.fired += 1
        return True

    def as_json(self) -> JsonObject:
        """Return the rule and its counters."""
        return asdict(self)

    @classmethod
    def from_json(cls, rule: JsonObject) -> "Fault":
        """Return a rule from a file or a request. Raises ValueError for what no rule has."""
        field_names = {field.name for field in fields(cls)} - {"id", "matched", "fired"}
        unknown = set(rule) - field_names
        if unknown:
            raise ValueError(
                f"a fault has no {', '.join(sorted(unknown))}; it may have {', '.join(sorted(field_names))}"
            )
        odd = [name for name, value in rule.items() if not is_like(_as_usual(name, value), getattr(cls, name))]
        if odd:
            raise ValueError(f"a fault has no such {', '.join(sorted(odd))}")
        return cls(**{name: _as_usual(name, value) for name, value in rule.items()})


def _as_usual(name: str, value: Json) -> Json:
    """Return the value as a rule keeps it; a number of seconds may stand where a header's text is."""
    return str(value) if name == "retry_after" and is_like(value, 0.0) else value


@dataclass
class FaultRules:
    """The rules in force, asked in the order they were added."""

    rules: list[Fault] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force."""
        fault.id = next(self._ids)
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Take all rules out of force."""
        self.rules.clear()

    def remove(self, fault_id: int) -> bool:
        """Take one rule out of force; False when there is none of this id."""
        before = len(self.rules)
        self.rules = [fault for fault in self.rules if fault.id != fault_id]
        return len(self.rules) < before

    def load(self, file: Path) -> None:
        """Put the rules of a JSON file in force. Raises ValueError."""
        for rule in json.loads(file.read_text(encoding="utf-8")):
            self.add(Fault.from_json(rule))

    def struck(
        self, *, method: str, path: str, tenant: str, client_id: str, version: str, in_batch: bool
    ) -> list[Fault]:
        """Return the faults that befall this call."""
        candidates: Iterable[Fault] = self.rules
        if in_batch:
            candidates = (fault for fault in self.rules if fault.kind not in WIRE)
        return [
            fault
            for fault in candidates
            if fault.fits(method=method, path=path, tenant=tenant, client_id=client_id, version=version)
            and fault.strike()
        ]
