"""The purge that workers run: the bytes of expired files go, their rows stay and say what was there."""

from django.db import transaction

from tenantpilot.artifacts.building import remove_file
from tenantpilot.artifacts.models import Artifact
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.run_context import RunContext


def purge_artifacts(run: RunContext) -> None:
    """Remove one file a transaction, together with the checkpoint that counts it."""
    over = Artifact.everywhere.filter(workspace=run.workspace).over(now=run.now)
    for artifact in over.order_by("pk").iterator(chunk_size=200):
        run.safe_point()
        with transaction.atomic():
            run.lock()
            if remove_file(artifact, now=run.now):
                run.count("deleted")
                run.checkpoint(ItemsCheckpoint(0))
