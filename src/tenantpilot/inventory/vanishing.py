"""Objects of a type that vanish all at once: a person hears of it before any of them is marked as missing.

Graph now and then answers with an empty list. A list that is empty while the inventory holds objects is read a second
time. If it stays empty, the type fails by its own reason, and the sync after it marks the objects. One or two objects
are deleted every day: the second look is believed at once, and the operation's timeline says so.
"""

from collections.abc import Collection

from tenantpilot.core.errors import ReasonedError
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.tenancy.models import Tenant

FEWEST = 3
"""The number of objects whose disappearance at once is no everyday deletion."""


class TypeVanished(ReasonedError):
    """All objects of a type are gone at once."""

    reason_code = "type_vanished"

    def __init__(self, count: int) -> None:
        super().__init__(params={"vanished": count})


def suspicious_types(tenant: Tenant, empty: Collection[str]) -> dict[str, int]:
    """Return the count of objects in the inventory of each type that came out empty.

    A type whose disappearance was reported by the sync before is not among them: it is believed now.
    """
    if not empty:
        return {}
    counts = Policy.everywhere.of_tenant(tenant).filter(type__in=empty).counts_by_type()
    reported = PolicyTypeSync.everywhere.filter(tenant=tenant, type__in=counts, reason_code=TypeVanished.reason_code)
    believed = set(reported.values_list("type", flat=True)) if counts else set()
    return {key: count for key, count in counts.items() if key not in believed}


def is_everyday(count: int) -> bool:
    """Return True if so few objects may well have been deleted one after the other."""
    return count < FEWEST
