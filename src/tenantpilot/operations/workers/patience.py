"""Ask our own database again while it is away."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tenantpilot.core.outages import is_outage

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


def until_answered(ask: Callable[[], T]) -> T:
    """Return what `ask` returns; during an outage call it again, by a new connection, for as long as a lease may hold.

    Raises what it raised last. What was committed without an answer is asked for again: `ask` must be harmless then.
    """
    gives_up_at = time.monotonic() + settings.OPERATIONS_LEASE_SECONDS
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            if not is_outage(error) or time.monotonic() + pause > gives_up_at:
                raise
            log.warning("database_away", exc_info=True)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
