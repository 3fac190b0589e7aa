"""Workers that die by SIGKILL in the middle of a run, each in a process of its own, and the reconciler after them."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from tenantpilot.artifacts.models import Artifact, ArtifactChunk
from tenantpilot.audit.models import AuditLog
from tenantpilot.directory.models import DirectoryName
from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.models import Notification, OperationRun, RunEvent, RunProgress
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.index_models import Assignment, SettingDefinition, SettingValue
from tenantpilot.versions.models import Payload
from tests.operations.test_dying import Countdown, dies_at

OF_ATTEMPTS = {RunEvent, RunProgress, AuditLog, ArtifactChunk}
"""A second worker adds lines that say so; a file that is made anew may be cut into other pieces."""
OF_CONTENT = {Payload, SettingValue, SettingDefinition, Assignment, DirectoryName}
"""Unique by what a policy says, and no two policies say the same."""


def stored_rows() -> Counter[str]:
    """Count the rows of every table of ours that says what the product holds, not how often a worker tried."""
    ours = {model for model in apps.get_models() if model.__module__.startswith("tenantpilot")}
    counts = Counter({model.__name__: model._base_manager.count() for model in ours - OF_ATTEMPTS - OF_CONTENT})
    return counts - Counter({"Artifact": Artifact.everywhere.filter(state="gone").count()})


@dataclass
class Deaths:
    """Kills the workers of a run at random marks until `left` of them are dead."""

    left: int
    random: random.Random
    ahead: timedelta = timedelta(0)
    seconds: float = 0.0
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(lambda: self.seconds)

    def clock(self) -> datetime:
        return timezone.now() + self.ahead

    def work(self, run: OperationRun, marks: int) -> OperationRun:
        """Bring the run to its end, though workers die before or after one of so many statements and commits."""
        while self.left and dies_at(self.random.randint(1, marks), lambda: self._execute(run)):
            self.left -= 1
            self._take_over(run)
        ended = OperationRun.everywhere.get(pk=run.pk)
        if ended.status != "completed":
            self._execute(run)
            ended.refresh_from_db()
        return ended

    def _execute(self, run: OperationRun) -> None:
        Runner(clock=self.clock).execute(run.pk)

    def _take_over(self, run: OperationRun) -> None:
        """Look three times, a lease apart: the worker is silent, and the run is dispatched anew."""
        service = OperationRunService(watching=self.watch)
        for _look in range(4):
            self.seconds += settings.OPERATIONS_LEASE_SECONDS
            self.ahead += timedelta(seconds=settings.OPERATIONS_LEASE_SECONDS)
            service.reconcile(now=self.clock())


def marks_of(run: OperationRun) -> int:
    """Let a worker do the run undisturbed; return how many marks there were to die at."""
    countdown = Countdown(0)
    countdown.during(lambda: Runner().execute(run.pk))
    return countdown.passed


def ended_once(run: OperationRun) -> None:
    events = list(RunEvent.objects.filter(run=run, name="completed"))
    entries = AuditLog.objects.filter(action="run.completed", target_id=str(run.pk))
    ending = (run.status, run.outcome, run.reason_code)
    assert ending == ("completed", "succeeded", ""), (run.message, run.failure_summary)
    assert (len(events), entries.count()) == (1, 1)
    assert Notification.everywhere.filter(run=run).count() == (1 if run.initiator_id else 0)
    assert run.summary_counts.get("processed") == run.summary_counts.get("total")
