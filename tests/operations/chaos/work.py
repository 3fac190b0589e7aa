"""What the operation of the chaos does: steps that can be counted again afterwards."""

import random
import time
from contextlib import suppress
from dataclasses import replace

from django.db import DatabaseError, InterfaceError, connection, transaction

from tenantpilot.inventory.operations import SyncInputs
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.models import RunProgress
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.types import Limits, operation_types

STEP_SECONDS = 0.05
PAUSED_IN, PAUSE_SECONDS = 0.03, 1.5


def take_steps(run: RunContext[SyncInputs]) -> None:
    """One for each policy type; noted and counted once, with the checkpoint that says so, whoever does it."""
    steps, taken = len(run.inputs.policy_types), run.last_checkpoint(ItemsCheckpoint)
    for step in range(taken.items if taken else 0, steps):
        run.progress(step, steps)
        _take(run, step)
        if random.random() < PAUSED_IN:
            run.must_wait(PAUSE_SECONDS)
        time.sleep(STEP_SECONDS)
    run.progress(steps, steps)


def _take(run: RunContext, step: int) -> None:
    """A step that the database refused is not counted; of one whose commit was not answered it is asked again."""
    run.count("items")
    try:
        with transaction.atomic():
            run.note("step", number=step)
            run.checkpoint(ItemsCheckpoint(step + 1))
    except (DatabaseError, InterfaceError):
        connection.close()
        if not _was_taken(run, step):
            run.count("items", -1)
            raise


def _was_taken(run: RunContext, step: int) -> bool:
    while True:
        run.safe_point()
        with suppress(DatabaseError, InterfaceError):
            live = RunProgress.objects.filter(run_id=run.run_id).first()
            return bool(live and live.checkpoint and live.checkpoint["data"]["items"] > step)
        connection.close()
        time.sleep(STEP_SECONDS)


def replace_the_sync() -> None:
    """Its pages start it, its type is tracked; only what it does is replaced, so that no Graph is asked."""
    limits = Limits(seconds=60, attempts=6, cancel_grace_seconds=5)
    real = operation_types.get("inventory_sync")
    operation_types._types["inventory_sync"] = replace(real, handler=f"{__name__}:take_steps", limits=limits)
