"""The one way to start a worker, whatever the engine."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from tenantpilot.operations.queues.dispatch import configured_dispatcher
from tenantpilot.operations.workers.departure import Departure, departure
from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope


def run_worker(queues: Sequence[str], *, name: str, leaving: Departure = departure, places: int = 1) -> None:
    """Take jobs of these queues, `places` at once, until SIGTERM, SIGINT or SIGHUP; then end within the grace time.

    A run under way is finished if it can be, else handed on to another worker (see `departure`).
    """
    set_process_scope(EVERYTHING)
    work = import_string(configured_dispatcher().worker)
    work(queues, name=name, leaving=leaving, grace_seconds=settings.SHUTDOWN_GRACE_SECONDS, places=places)
