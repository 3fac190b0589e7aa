"""The handlers that keep history as short as the settings say."""

from django.db import transaction

from tenantpilot.operations.retention.checkpoints import RetentionCheckpoint
from tenantpilot.operations.retention.purging import next_window, purge
from tenantpilot.operations.retention.rules import configured
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.schedules.forgetting import forget_slots


def remove_old_runs(run: RunContext) -> None:
    """Window after window, oldest first; the deleting of one and the checkpoint are one transaction.

    Then the slots of schedules that are older than any run.
    """
    last = run.last_checkpoint(RetentionCheckpoint)
    rules, after = configured(), last.last_run if last else 0
    while window := next_window(run.workspace.pk, rules, after=after, now=run.now):
        after = window.last
        with transaction.atomic():
            run.count("deleted", purge(window))
            run.checkpoint(RetentionCheckpoint(after))
        run.safe_point()
    while forget_slots(run.workspace.pk, before=rules.everything_is_over_before(now=run.now)):
        run.safe_point()
