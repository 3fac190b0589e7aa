"""The one catalogue of reason codes (OPS-11).

A reason code is what a run stores when something did not work. The catalogue says what it means to
a person, who can mend it, and what to do next. Texts are our own: nothing that came from outside
is stored, so nothing secret can be (OPS-12).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from tenantpilot.core.errors import Params

Text = str


class Owner(StrEnum):
    """The person who can mend it."""

    TENANT_ADMINISTRATOR = "tenant_administrator"
    TENANT_MANAGER = "tenant_manager"
    OPERATOR = "operator"
    PLATFORM_OPERATOR = "platform_operator"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        return str(OWNER_LABELS[self])


OWNER_LABELS = {
    Owner.TENANT_ADMINISTRATOR: _("An administrator of the Microsoft tenant"),
    Owner.TENANT_MANAGER: _("An owner or manager of the tenant in TenantPilot"),
    Owner.OPERATOR: _("An operator of the tenant in TenantPilot"),
    Owner.PLATFORM_OPERATOR: _("The operator of this TenantPilot installation"),
    Owner.NOBODY: _("Nobody has to act"),
}


@dataclass(frozen=True)
class Reason:
    """A code: `text` may hold placeholders such as {status}; `next_step` never does.

    What stands in square brackets is left out where one of its placeholders has no value: "refused[ ({aadsts})]".
    """

    code: str
    text: Text
    owner: Owner
    next_step: Text
    place: str = ""
    """The page of the tenant on which it is mended or looked at, by a name that pages know: "connection"."""


class UnknownReason(LookupError):
    """A code that the catalogue does not hold."""


class ReasonCatalog:
    """Lookup over all reasons, keyed by code."""

    _reasons: dict[str, Reason] = {}

    @classmethod
    def add(cls, reasons: Iterable[Reason]) -> None:
        """Add reasons of a room above. Raises ValueError for a code that is taken."""
        for reason in reasons:
            if reason.code in cls._reasons:
                raise ValueError(f"reason code {reason.code!r} is in the catalogue already")
            cls._reasons[reason.code] = reason

    @classmethod
    def get(cls, code: str) -> Reason:
        """Raises UnknownReason."""
        try:
            return cls._reasons[code]
        except KeyError:
            raise UnknownReason(f"no reason code {code!r} in the catalogue") from None

    @classmethod
    def knows(cls, code: str) -> bool:
        return code in cls._reasons

    @classmethod
    def all(cls) -> tuple[Reason, ...]:
        return tuple(cls._reasons.values())

    @classmethod
    def describe(cls, code: str, params: Params | None = None) -> str:
        """Return the reason's text with its placeholders filled.

        A part in brackets is left out where one of its values is not given, or not allowed.
        """
        reason = cls._reasons.get(code) or cls._reasons["internal_error"]
        text = str(_(reason.text))
        values = {name: shown_param(name, (params or {}).get(name)) for name in placeholders(text)}
        words = _OPTIONAL.sub(lambda part: _part_if_known(part.group(1), values), text).format(**values)
        return words[:1].upper() + words[1:]


_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def _part_if_known(part: str, values: Params) -> str:
    return "" if UNKNOWN in (values[name] for name in placeholders(part)) else part


UNKNOWN = "unknown"

# The form that each value must have to be shown and stored: nothing secret or personal has one of them (OPS-12).
PARAM_FORMS: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(
        (
            "failed",
            "reasons",
            "attempted",
            "attempts",
            "seconds",
            "total",
            "waiting",
            "stated",
            "vanished",
            "read",
            "found",
            "count",
        ),
        re.compile(r"\d{1,16}"),
    ),
    "status": re.compile(r"[1-5]\d\d"),
    "request_id": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "aadsts": re.compile(r"AADSTS\d{4,7}"),
    "graph_code": re.compile(r"[A-Z][A-Za-z]{2,47}|[a-z][A-Za-z]{2,47}"),
    # One of Graph's application permissions: words of letters with dots between.
    "permission": re.compile(r"[A-Z][A-Za-z]{2,63}(\.[A-Z][A-Za-z]{1,31}){1,3}"),
}


def shown_param(name: str, value: object) -> str:
    """Return the value if it has the form of its name, else "unknown"."""
    form, text = PARAM_FORMS.get(name), str(value)
    return text if value is not None and form is not None and form.fullmatch(text) else UNKNOWN


def placeholders(text: str) -> list[str]:
    return [name for _literal, name, _spec, _conversion in Formatter().parse(text) if name]


def reason(code: str, text: str, owner: Owner, next_step: str, place: str = "") -> Reason:
    return Reason(code, gettext_noop(text), owner, gettext_noop(next_step), place)


# What goes wrong in any room; each room adds its own words in a module `reasons`.
ReasonCatalog.add(
    [
        reason("internal_error", "TenantPilot met an error that it did not expect.", Owner.PLATFORM_OPERATOR, "Look up the run's id in the log and report it."),
        reason("cancelled_by_person", "A person cancelled it.", Owner.NOBODY, "Run it again when it is wanted."),
        reason("disk_full", "The disk of the database is full.", Owner.PLATFORM_OPERATOR, "Free some space, then run it again."),
        reason("stored_data_unreadable", "What was stored for it cannot be read by this version of TenantPilot.", Owner.PLATFORM_OPERATOR, "Update the workers to the version of the web server, then start it anew."),
        reason("database_unavailable", "The database did not answer.", Owner.PLATFORM_OPERATOR, "Check the database, then run it again."),
    ]
)  # fmt: skip
