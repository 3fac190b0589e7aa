"""The one catalogue of badges (UI-01, UX-50 to UX-52). Each room declares its own in a module `badges`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise


class Tone(StrEnum):
    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True)
class Badge:
    """The look of a value. `icon` is the name of a Lucide icon."""

    label: Label
    tone: Tone
    icon: str
    help: Label = ""


@dataclass(frozen=True)
class BadgeDomain:
    """The badges of one kind of value, such as the states of a run."""

    name: str

    def of(self, value: object) -> Badge:
        """Return the badge of the value. An unknown one gets the neutral tone and its own text as label."""
        return BadgeCatalog.get(self.name, value)


class BadgeCatalog:
    """The badges by (domain, value); anything unknown is neutral and readable."""

    _badges: dict[tuple[str, str], Badge] = {}

    @classmethod
    def add(cls, domain: str, badges: Mapping[str, Badge]) -> BadgeDomain:
        """Return the domain, for code that asks for its badges. Raises ValueError for a domain that a room has."""
        if domain in {name for name, _value in cls._badges}:
            raise ValueError(f"the badges of {domain!r} are declared already")
        cls._badges.update({(domain, value): badge for value, badge in badges.items()})
        return BadgeDomain(domain)

    @classmethod
    def get(cls, domain: str, value: object) -> Badge:
        """Never fails: an unknown value gets the neutral tone and its own text as label."""
        badge = cls._badges.get((domain, str(value)))
        return badge or Badge(_readable(value), Tone.NEUTRAL, "circle-help", _("TenantPilot does not know this value."))

    @classmethod
    def all(cls) -> dict[tuple[str, str], Badge]:
        return dict(cls._badges)


def _readable(value: object) -> Label:
    text = "" if value is None else str(value).strip()
    return text.replace("_", " ").capitalize() if text else _("Unknown")
