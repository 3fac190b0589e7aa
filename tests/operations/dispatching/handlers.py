"""Operations that do what their inputs say, for workers in processes of their own."""

import time
from pathlib import Path

from django.db import transaction

from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.summary import ITEMS
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

MOMENT = 0.05
LIMITS = Limits(seconds=600, attempts=2)


def take_steps(run: RunContext) -> None:
    """`steps` of a moment each, with a checkpoint after every one."""
    steps = run.inputs.get("steps", 1)
    for step in range(run.resume or 0, steps):
        run.progress(step, steps)
        with transaction.atomic():
            run.note("step", number=step)
            run.checkpoint(step + 1)
        time.sleep(MOMENT)


def hear_nothing(run: RunContext) -> None:
    """Busy for so many `seconds` without a safe point; the one that takes over is quick."""
    first = run.resume is None
    run.checkpoint("begun")
    run.note("began")
    time.sleep(run.inputs["seconds"] if first else 0)


def wait_in_between(run: RunContext) -> None:
    """Nothing can be done for so many `seconds`, and then it is quick."""
    if run.resume is None:
        run.checkpoint("begun")
        run.must_wait(run.inputs["seconds"])
        run.safe_point()
    run.note("went_on")


def stay_in_the_middle_of_a_write(run: RunContext) -> None:
    """The first that does it makes the file `there`, and waits for the file `go` with its run's row locked."""
    there, go = Path(run.inputs["there"]), Path(run.inputs["go"])
    with transaction.atomic():
        run.checkpoint("begun")
        if not there.exists():
            there.touch()
            while not go.exists():
                time.sleep(MOMENT)
    run.note("written")


def _kind(key: str, handler: str, queue: str = "interactive", limits: Limits = LIMITS) -> OperationType:
    return OperationType(
        key=key,
        label=key,
        capability=Capability.INVENTORY_SYNC,
        handler=f"{__name__}:{handler}",
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
