"""The one task of the whole product."""

from tenantpilot.operations.runner import Runner
from tenantpilot.operations.taskapi import task


@task(queue_name="interactive")
def execute_run(run_id: int) -> None:
    """Claim the run and do its work; a duplicate delivery does nothing."""
    Runner().execute(run_id)
