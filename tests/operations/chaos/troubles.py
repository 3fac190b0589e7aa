"""What befalls the processes of the chaos: death at any statement, clocks that are wrong and jump, a queue that fails.

Installed once, before any process is forked. Each process has a fate of its own; in the one that forks nothing happens.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from tests.operations.chaos.journal import Journal


class QueueFails(Exception):
    """The queue does not take the job."""


@dataclass
class Fate:
    """Chances, at each occasion."""

    death: float = 0.0
    jump: float = 0.0
    refusal: float = 0.0
    duplicate: float = 0.0
    wrong_by: timedelta = timedelta()

    def die(self) -> None:
        if random.random() < self.death:
            journal.note("died")
            os.kill(os.getpid(), signal.SIGKILL)


HOURS = [-25, -1, -0.01, 0.01, 1, 25]
CALM = Fate()
TROUBLED = Fate(death=0.0015, jump=0.002, refusal=0.03, duplicate=0.1)
fate = CALM
journal: Journal


def begin(its_fate: Fate, seed: int) -> None:
    """In a new process. The clocks of one third are wrong from the start."""
    global fate
    random.seed(seed)
    wrong = timedelta(hours=random.choice(HOURS) if random.random() < 1 / 3 else 0)
    fate = Fate(its_fate.death, its_fate.jump, its_fate.refusal, its_fate.duplicate, wrong)


def install_clock() -> None:
    """Before anything of the product is imported: much of it keeps a reference to `timezone.now`."""
    from django.utils import timezone

    real = timezone.now

    def now() -> datetime:
        if random.random() < fate.jump:
            fate.wrong_by = timedelta(hours=random.choice(HOURS))
            journal.note("jumped")
        return real() + fate.wrong_by

    timezone.now = now


def install(its_journal: Journal) -> None:
    """Once the product is set up."""
    global journal
    from django.db.backends.signals import connection_created

    journal = its_journal
    connection_created.connect(_mortal)
    _make_commits_mortal()
    _trouble_the_queue()
    _bear_witness()


def _mortal(**details: Any) -> None:
    if _dying not in details["connection"].execute_wrappers:
        details["connection"].execute_wrappers.append(_dying)


def _dying(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Before and after every statement."""
    fate.die()
    answer = execute(sql, params, many, context)
    fate.die()
    return answer


def _make_commits_mortal() -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    real = BaseDatabaseWrapper._commit

    def commit(connection: Any) -> Any:
        fate.die()
        answer = real(connection)
        fate.die()
        return answer

    BaseDatabaseWrapper._commit = commit


def _trouble_the_queue() -> None:
    """It refuses, and it delivers twice."""
    from tenantpilot.operations.queues.dispatch import configured_dispatcher

    dispatcher: Any = type(configured_dispatcher())
    real = dispatcher.dispatch

    @wraps(real)
    def dispatch(self: Any, run_id: int, **details: Any) -> str:
        if random.random() < fate.refusal:
            journal.note("refused", run=run_id)
            raise QueueFails
        if random.random() < fate.duplicate:
            journal.note("doubled", run=run_id)
            real(self, run_id, **details)
        return real(self, run_id, **details)

    dispatcher.dispatch = dispatch


def _bear_witness() -> None:
    """Every sign of life of a worker, just before it can be seen; every run taken from one, just after it was."""
    from tenantpilot.operations.service import OperationRunService

    def sign_of_life(real: Callable[..., Any], of: Callable[[Any, Any], Any]) -> Callable[..., Any]:
        @wraps(real)
        def verb(self: Any, what: Any, **details: Any) -> Any:
            before, answer = time.monotonic(), real(self, what, **details)
            with suppress(AttributeError):
                lease = of(what, answer)
                journal.note("alive", at=before, run=lease.run_id, attempt=lease.attempt)
            return answer

        return verb

    def taking(real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def verb(self: Any, run: Any, *rest: Any, **details: Any) -> Any:
            done = real(self, run, *rest, **details)
            if done and run.lease_owner and run.cancel_requested_at is None:
                owner = int(run.lease_owner.rpartition(":")[2])
                journal.note("taken", run=run.pk, attempt=run.attempt, owner=owner)
            return done

        return verb

    service: Any = OperationRunService
    service.claim = sign_of_life(service.claim, lambda _run, answer: answer.lease)
    service.heartbeat = sign_of_life(service.heartbeat, lambda lease, answer: lease if answer else None)
    service.redispatch = taking(service.redispatch)
    service.complete_abandoned = taking(service.complete_abandoned)
