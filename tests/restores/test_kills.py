"""SIGKILL ten times at each step of a restore: the worker that comes to its end doubles nothing and loses nothing.

The steps are requests to Graph and commits of the database; each has a place before it and one behind it.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of
from tests.restores.test_resuming import CATALOG, COMPLIANCE, names, patient

__all__ = ["patient"]

KILLS = 10
EVERY_SO_MANY = 3
"""Of the places, one is tried."""
Fork = multiprocessing.get_context("fork")


@dataclass
class Countdown:
    """SIGKILL at the so-manieth place."""

    left: int

    def place(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.place()
            answer = original(*arguments, **options)
            self.place()
            return answer

        return counted


def is_killed_at(place: int, act: Callable[[], object]) -> bool:
    """Return True if a process of its own was killed at the place, False if it came to its end before."""

    def live() -> None:
        countdown = Countdown(place)
        httpx.Client.send = countdown.around(httpx.Client.send)  # type: ignore[method-assign]
        BaseDatabaseWrapper._commit = countdown.around(BaseDatabaseWrapper._commit)
        act()
        os._exit(0)

    connection.close()
    process = Fork.Process(target=live)
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


@dataclass
class Restored:
    """A restore of two policies that were deleted and of one that was changed."""

    restoring: Any
    directory: Any
    simulator: Any

    def __post_init__(self) -> None:
        self.changed = entity_of(self.directory, CATALOG, 1).id
        self.versions = [version_of(self.changed), *(version_of(one.id) for one in self.deleted)]
        self.expected = self.names

    @property
    def deleted(self) -> list[Any]:
        return [entity_of(self.directory, CATALOG), entity_of(self.directory, COMPLIANCE)]

    @property
    def names(self) -> list[Any]:
        return [names(self.directory, path) for path in (CATALOG, COMPLIANCE)]

    def start(self) -> tuple[Any, OperationRun]:
        """Delete and change the policies again, and confirm a restore of them."""
        own = {version.policy.name for version in self.versions}
        for path in (CATALOG, COMPLIANCE):
            for entity in list(self.directory.store.entities(path)):
                name = entity.body.get("name") or entity.body.get("displayName")
                if name in own and entity.id != self.changed:
                    delete(self.simulator, self.directory, path, entity.id)
        edit(self.directory, CATALOG, self.changed, description="Changed by hand")
        restore = self.restoring.preview(self.restoring.draft(*self.versions))
        return restore, self.restoring.start(restore)


def kills_until_its_end(run: OperationRun, place: int, now: Any) -> int:
    """Kill the worker at the same place ten times, then let it come to its end; answers how often it was killed."""
    for attempt in range(KILLS + 1):
        later = now + timedelta(minutes=5 * attempt)
        at = place if attempt < KILLS else -1
        if not is_killed_at(at, lambda later=later: Runner(clock=lambda: later).execute(run.pk)):
            return attempt
        dispatched = OperationRun.everywhere.get(pk=run.pk)
        OperationRunService().redispatch(dispatched, now=later + timedelta(minutes=4))
    raise AssertionError("it never came to its end")


@pytest.mark.deep
@pytest.mark.timeout(1_800)
def test_ops_07_killed_ten_times_at_each_place_nothing_is_doubled(
    own_database, capture, directory, simulator, restoring, patient, now
):
    assert capture().outcome == "succeeded"
    restored, place, most = Restored(restoring, directory, simulator), 1, 0
    while True:
        restore, run = restored.start()
        kills = kills_until_its_end(run, place, now)
        run.refresh_from_db()
        assert run.outcome == "succeeded", (place, kills, run.failure_summary)
        assert restored.names == restored.expected, (place, kills)
        assert {item.state for item in items_of(restoring.fresh(restore))} == {"verified"}, (place, kills)
        assert Notification.everywhere.filter(run=run).count() == 1, place
        most = max(most, kills)
        if not kills:
            break
        place += EVERY_SO_MANY
    print(f"{place} places, killed {most} times at most at one")
    assert place > 60
    assert most == KILLS
