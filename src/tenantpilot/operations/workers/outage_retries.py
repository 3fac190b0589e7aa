"""Ask our own database again while it is away."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from tenantpilot.core import connections

T = TypeVar("T")


def until_answered(ask: Callable[[], T]) -> T:
    """Call `ask` and return its answer; during an outage call it again for as long as a lease may hold."""
    return connections.until_answered(ask, seconds=settings.OPERATIONS_LEASE_SECONDS)
