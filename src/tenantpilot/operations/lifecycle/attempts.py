"""Count the attempts of a run that were lost: those are what its type allows only so many of."""

from tenantpilot.operations.lifecycle.leases import LEFT_IN_GOOD_ORDER
from tenantpilot.operations.models import RunEvent


def attempts_lost(run_id: int, attempt: int) -> int:
    """Return the number of attempts up to this one that were lost, if this one is.

    A worker that left the run in good order is nobody's fault: it does not count.
    """
    return attempt - RunEvent.objects.filter(run_id=run_id, name__in=LEFT_IN_GOOD_ORDER).count()
