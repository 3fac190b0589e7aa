"""Summary counts: flat, numeric, and only with keys of one list (OPS-10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

log = structlog.get_logger(__name__)

MAX_COUNT = 2**53

Noun = Any
"""Made by `ngettext_lazy` of the word for a single thing and the word for several."""


@dataclass(frozen=True)
class Nouns:
    """The things that an operation counts: the items that it works through, and the objects in which it finds changes.

    Without objects of their own, the items are what is created, updated or unchanged.
    """

    items: Noun
    objects: Noun = None

    def of(self, key: str) -> Noun:
        """Return the word for the things that are counted under the key."""
        of_items = self.objects if self.objects and key in OperationSummaryKeys.OF_OBJECTS else self.items
        return OperationSummaryKeys.THINGS.get(key, of_items)


ITEMS = Nouns(ngettext_lazy("item", "items"))


class SummaryKey(str):
    """A key that some room has declared."""

    __slots__ = ()


class OperationSummaryKeys:
    """The single source of the keys, in the order in which people read them (UX-61).

    A label says what became of the things that are counted. The noun alone says it of THINGS. A room declares the keys
    of its own things in a module `summary_keys`, found by that name; people read them between items and warnings.
    """

    _labels: dict[str, str | Promise] = {
        "total": _("total"),
        "processed": _("processed"),
        "succeeded": _("succeeded"),
        "failed": _("failed"),
        "skipped": _("skipped"),
        "waiting": _("waiting"),
        "created": _("created"),
        "updated": _("updated"),
        "deleted": _("deleted"),
        "unchanged": _("unchanged"),
        "missing": _("missing"),
        "resolved": _("resolved"),
    }
    OF_OBJECTS = ("created", "updated", "deleted", "unchanged", "missing")
    THINGS: dict[str, Noun] = {
        "items": ngettext_lazy("item", "items"),
        "tenants": ngettext_lazy("tenant", "tenants"),
        "warnings": ngettext_lazy("warning", "warnings"),
        "findings": ngettext_lazy("finding", "findings"),
        "resolved": ngettext_lazy("finding", "findings"),
        "deliveries": ngettext_lazy("delivery", "deliveries"),
    }
    _before_rooms = (*(key for key in _labels if key != "resolved"), "items")
    _of_rooms: list[str] = []
    _behind_rooms = ("tenants", "warnings", "findings", "resolved", "deliveries")

    @classmethod
    def declare(cls, key: str, noun: Noun) -> SummaryKey:
        """Add the things of a room and return their key. Raises ValueError for a key that is taken."""
        if key in cls.all():
            raise ValueError(f"the summary key {key!r} is declared already")
        cls._of_rooms.append(key)
        cls.THINGS[key] = noun
        return SummaryKey(key)

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return (*cls._before_rooms, *cls._of_rooms, *cls._behind_rooms)

    @classmethod
    def label(cls, key: str) -> str:
        return str(cls._labels.get(key, ""))


def clean_counts(counts: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts that may be stored: known keys with whole numbers; the rest is logged once."""
    remaining = {key: counts[key] for key in OperationSummaryKeys.all() if key in counts and _is_count(counts[key])}
    if dropped := sorted(str(key)[:40] for key in counts if key not in remaining):
        log.warning("summary_counts_dropped", keys=dropped)
    return remaining


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
