"""python -m tests.operations.racing.processes RACE ROUNDS RACERS: many processes do the same thing at the same moment.

The processes are forked once and used for every round; each round begins at a barrier. What each of
them got is counted and printed as one JSON object. The database is the one that the environment names.
"""

import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

Racer = Callable[[int, int], str]
Fork = multiprocessing.get_context("fork")
PATIENCE_SECONDS = 500


def race(prepare: Callable[[int], None], racer: Racer, *, rounds: int, racers: int) -> dict[str, int]:
    from django.db import connections

    starting, finished = Fork.Barrier(racers + 1), Fork.Barrier(racers + 1)
    answers: Any = Fork.SimpleQueue()
    connections.close_all()
    processes = [
        Fork.Process(target=run_racer, args=(number, racer, rounds, starting, finished, answers))
        for number in range(racers)
    ]
    for process in processes:
        process.start()
    for each in range(rounds):
        prepare(each)
        starting.wait(PATIENCE_SECONDS)
        finished.wait(PATIENCE_SECONDS)
    counted: Counter[str] = Counter()
    for _process in processes:
        counted.update(answers.get())
    for process in processes:
        process.join()
    return dict(counted)


def run_racer(number: int, racer: Racer, rounds: int, starting: Any, finished: Any, answers: Any) -> None:
    counted: Counter[str] = Counter()
    for each in range(rounds):
        starting.wait(PATIENCE_SECONDS)
        try:
            counted[racer(number, each)] += 1
        except Exception as error:
            counted[f"{type(error).__name__}: {error}"[:200]] += 1
        finished.wait(PATIENCE_SECONDS)
    answers.put(dict(counted))


class Races:
    """Prepared and run on Contoso by Alice."""

    def __init__(self) -> None:
        from tenantpilot.operations.service import OperationRunService
        from tenantpilot.tenancy.models import Tenant, User
        from tests.operations.kit import Line

        self.tenant, self.alice = Tenant.everywhere.get(slug="contoso"), User.objects.get(email__startswith="alice")
        self.service = OperationRunService(Line())
        self.real = OperationRunService()
        self.claimed: Any = Fork.Array("c", 256)

    def start(self, _number: int, each: int) -> str:
        """Everybody asks for the same work."""
        from django.utils import timezone

        from tests.operations.kit import WORK, WorkInputs

        return type(
            self.real.start(WORK, tenant=self.tenant, initiator=self.alice, inputs=WorkInputs(each), now=timezone.now())
        ).__name__

    def prepare_finish(self, each: int) -> None:
        from django.utils import timezone

        from tests.operations.kit import WORK, WorkInputs

        run = self.service.start(
            WORK, tenant=self.tenant, initiator=self.alice, inputs=WorkInputs(each), now=timezone.now()
        ).run
        claimed = self.service.claim(run.pk, owner="racer", now=timezone.now())
        lease, expires_at = claimed.lease, claimed.run.lease_expires_at.isoformat()
        self.claimed.value = json.dumps([lease.run_id, str(lease.token), lease.attempt, expires_at]).encode()

    def finish(self, number: int, each: int) -> str:
        """The worker ends it, the reconciler gives it up, a person forces it: all at once."""
        from uuid import UUID

        from django.utils import timezone

        from tenantpilot.operations.lifecycle.leases import Lease
        from tenantpilot.operations.models import OperationRun
        from tests.operations.kit import SUCCEEDED

        run_id, token, attempt, expires_at = json.loads(self.claimed.value)
        lease = Lease(run_id, UUID(token), attempt)
        if number % 3:
            return "ended" if self.service.finish(lease, SUCCEEDED, now=timezone.now()) else "too late"
        until = datetime.fromisoformat(expires_at)
        seen = OperationRun(pk=run_id, lease_token=lease.token, attempt=attempt, lease_expires_at=until)
        return "ended" if self.service.complete_abandoned(seen, SUCCEEDED, now=timezone.now()) else "too late"

    def prepare_claim(self, each: int) -> None:
        from django.utils import timezone

        from tests.operations.kit import WORK, WorkInputs

        run = self.service.start(
            WORK, tenant=self.tenant, initiator=self.alice, inputs=WorkInputs(each), now=timezone.now()
        ).run
        self.claimed.value = str(run.pk).encode()

    def claim(self, number: int, each: int) -> str:
        """A job that was delivered to everybody; the winner ends it, so that the tenant's limit is not reached."""
        from django.utils import timezone

        from tests.operations.kit import SUCCEEDED

        answer = self.service.claim(int(self.claimed.value), owner=f"racer-{number}", now=timezone.now())
        if type(answer).__name__ == "Claimed":
            self.service.finish(answer.lease, SUCCEEDED, now=timezone.now())
        return type(answer).__name__


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    which, rounds, racers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    races = Races()
    prepare = getattr(races, f"prepare_{which}", lambda _each: None)
    print(json.dumps(race(prepare, getattr(races, which), rounds=rounds, racers=racers)))


if __name__ == "__main__":
    main()
