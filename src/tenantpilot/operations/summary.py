"""Summary counts: flat, numeric, and only with keys of one list (OPS-10)."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)

MAX_COUNT = 2**53


class OperationSummaryKeys:
    """The single source of the keys, in the order in which people read them (UX-61)."""

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
        "items": _("items"),
        "policies": _("policies"),
        "groups": _("groups"),
        "versions": _("versions"),
        "assignments": _("assignments"),
        "tenants": _("tenants"),
        "warnings": _("warnings"),
        "findings": _("findings"),
        "resolved": _("resolved"),
        "deliveries": _("deliveries"),
    }

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return tuple(cls._labels)

    @classmethod
    def label(cls, key: str) -> str:
        return str(cls._labels[key])


def clean_counts(counts: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts that may be stored: known keys with whole numbers; the rest is logged once."""
    remaining = {key: counts[key] for key in OperationSummaryKeys.all() if key in counts and _is_count(counts[key])}
    if dropped := sorted(str(key)[:40] for key in counts if key not in remaining):
        log.warning("summary_counts_dropped", keys=dropped)
    return remaining


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
