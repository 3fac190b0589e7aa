"""A month of history for a new demo: people change things in the simulated portal, and syncs capture what changed.

The simulator's clock begins a month ago and is moved on from day to day; the operations run in this process by the same
clock. Workers start after it: they would take runs of last month for silent ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tenantpilot.cli.demo import access, sample, simulator
from tenantpilot.cli.demo.people_and_places import FABRIKAM, TENANTS, SampleTenant
from tenantpilot.cli.demo.portal import ACCESS, ANNA, BERT, CATALOG, CLASSIC, COMPLIANCE, SCRIPT, Edit, edit
from tenantpilot.directory.services import start_group_sync
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import PolicyVersion

LENGTH = timedelta(days=30)
BEFORE_THE_SYNC = timedelta(hours=3)


@dataclass(frozen=True)
class Day:
    """The number of days ago, and what people did then, some hours before the sync of that night."""

    ago: int
    edits: tuple[Edit, ...] = ()


DAYS = (
    Day(28),
    Day(
        21,
        (
            Edit("PATCH", CATALOG, 3, {"description": "Agreed with the works council"}, ANNA),
            Edit("PATCH", CATALOG, 4, {"description": "Agreed with the works council"}, ANNA),
            Edit("PATCH", COMPLIANCE, 0, {"description": "Grace period asked for by the helpdesk"}, BERT),
            access.LEGACY_BLOCKED,
            access.LOCATIONS_REPORTED,
        ),
    ),
    Day(14, (Edit("PATCH", ACCESS, 1, {"state": "disabled"}, BERT), access.LOCATIONS_BLOCKED)),
    Day(
        9,
        (
            Edit("DELETE", CLASSIC, 1, {}, BERT),
            Edit("DELETE", SCRIPT, 0, {}, BERT, place=FABRIKAM.slug),  # a smaller tenant, with one configuration only
        ),
    ),
    Day(
        3,
        (
            Edit("PATCH", CATALOG, 3, {"description": "Reviewed once more"}, ANNA),
            Edit("PATCH", CATALOG, 3, {"description": "Reviewed by two"}, BERT),
        ),
    ),
)


def write(port: int, latency_ms: int, *, is_over: Callable[[], bool]) -> int:
    """Let the month pass, day after day; return the number of versions. `is_over` ends it early. Raises OSError.

    However it ends, the simulator's clock is the machine's from then on.
    """
    now, clock = timezone.now(), SimulatorClock(port, LENGTH)
    simulator.set_latency(port, 0)
    try:
        for place in TENANTS:
            access.choose_emergency_accounts(port, place, now - LENGTH)
        for day in DAYS:
            if is_over():
                break
            moment = now - timedelta(days=day.ago)
            clock.set(now, moment - BEFORE_THE_SYNC)
            for place in TENANTS:
                for change in day.edits:
                    edit(port, place, change)
            clock.set(now, moment)
            for place in TENANTS:
                _sync(place, moment, day)
    finally:
        clock.set(now, now)
        simulator.set_latency(port, latency_ms)
    return PolicyVersion.everywhere.count()


class SimulatorClock:
    """The clock of the simulator, which began so far behind ours."""

    def __init__(self, port: int, behind: timedelta) -> None:
        self._port, self._behind = port, behind

    def set(self, now: datetime, moment: datetime) -> None:
        """Move it to a moment of the past, or to now."""
        distance = now - moment
        simulator.move_clock(self._port, int((self._behind - distance).total_seconds()))
        self._behind = distance


def _sync(place: SampleTenant, moment: datetime, day: Day) -> None:
    """Sync a tenant with a capture of what changed, as a schedule does: nobody is notified of it.

    A capture reads whole types. After the first day it reads those that were edited, so that the demo starts quickly.
    """
    tenant, types = sample.tenant(place), sorted({change.policy_type for change in day.edits})
    _work(start_sync(tenant=tenant, initiator=None, now=moment, policy_types=types or None, capture=True).run, moment)
    if not day.edits:
        # Members are read of groups that policies name, and those are known now.
        _work(start_group_sync(tenant=tenant, initiator=None, now=moment).run, moment)


def _work(run: OperationRun, moment: datetime) -> None:
    Runner(clock=lambda: moment).execute(run.pk)
