"""Operations that do what their inputs say, for workers in processes of their own."""

import time
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from tenantpilot.core.stored import StoredData
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.summary import ITEMS
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

MOMENT = 0.05
LIMITS = Limits(seconds=600, attempts=2)


@dataclass(frozen=True)
class StepInputs(StoredData):
    """How many steps, how many seconds, and the files of one that stays in the middle of a write."""

    what: str = ""
    steps: int = 1
    seconds: float = 0
    there: str = ""
    go: str = ""


@dataclass(frozen=True)
class StepsTaken(StoredData):
    number: int = 0


def take_steps(run: RunContext[StepInputs]) -> None:
    """`steps` of a moment each, with a checkpoint after every one."""
    steps, taken = run.inputs.steps, run.last_checkpoint(StepsTaken) or StepsTaken()
    for step in range(taken.number, steps):
        run.progress(step, steps)
        with transaction.atomic():
            run.note("step", number=step)
            run.checkpoint(StepsTaken(step + 1))
        time.sleep(MOMENT)


def hear_nothing(run: RunContext[StepInputs]) -> None:
    """Busy for so many `seconds` without a safe point; the one that takes over is quick."""
    first = run.last_checkpoint(StepsTaken) is None
    run.checkpoint(StepsTaken())
    run.note("began")
    time.sleep(run.inputs.seconds if first else 0)


def wait_in_between(run: RunContext[StepInputs]) -> None:
    """Nothing can be done for so many `seconds`, and then it is quick."""
    if run.last_checkpoint(StepsTaken) is None:
        run.checkpoint(StepsTaken())
        run.must_wait(run.inputs.seconds)
        run.safe_point()
    run.note("went_on")


def stay_in_the_middle_of_a_write(run: RunContext[StepInputs]) -> None:
    """The first that does it makes the file `there`, and waits for the file `go` with its run's row locked."""
    there, go = Path(run.inputs.there), Path(run.inputs.go)
    with transaction.atomic():
        run.checkpoint(StepsTaken())
        if not there.exists():
            there.touch()
            while not go.exists():
                time.sleep(MOMENT)
    run.note("written")


def _kind(key: str, handler: str, queue: str = "interactive", limits: Limits = LIMITS) -> OperationType[StepInputs]:
    return OperationType(
        key=key,
        label=key,
        capability=Capability.INVENTORY_SYNC,
        handler=f"{__name__}:{handler}",
        inputs=StepInputs,
        checkpoint=StepsTaken,
        nouns=ITEMS,
        queue=queue,
        identity_fields=("what",),
        limits=limits,
    )


INTERACTIVE = _kind("test_interactive", "take_steps")
BULK = _kind("test_bulk", "take_steps", queue="bulk")
DEAF = _kind("test_deaf", "hear_nothing")
HOLDING = _kind("test_holding", "stay_in_the_middle_of_a_write")
WAITING = _kind("test_waiting", "wait_in_between")
ONE_ATTEMPT = _kind("test_one_attempt", "take_steps", limits=Limits(seconds=600, attempts=1))
KINDS = (INTERACTIVE, BULK, DEAF, HOLDING, WAITING, ONE_ATTEMPT)


def register() -> None:
    for kind in KINDS:
        operation_types.register(kind)
