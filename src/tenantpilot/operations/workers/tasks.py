"""The one task of the whole product."""

from tenantpilot.operations.queues.task_api import task
from tenantpilot.operations.workers.runner import Runner


@task(queue_name="interactive")
def execute_run(run_id: int) -> None:
    """Claim the run and do its work; a duplicate delivery does nothing."""
    Runner().execute(run_id)
