"""The purge that workers run: the bytes of expired files go, their rows stay and say what was there."""

from django.db import transaction

from tenantpilot.artifacts.audit_actions import ARTIFACT_REMOVED
from tenantpilot.artifacts.building import retire
from tenantpilot.artifacts.models import Artifact
from tenantpilot.audit import services as audit
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.run_context import RunContext


def purge_artifacts(run: RunContext) -> None:
    """Remove one file a transaction, together with the checkpoint that counts it."""
    over = Artifact.everywhere.filter(workspace=run.workspace).over(now=run.now)
    for artifact in over.order_by("pk").iterator(chunk_size=200):
        run.safe_point()
        with transaction.atomic():
            if _remove(artifact, run):
                run.count("deleted")
                run.checkpoint(ItemsCheckpoint(0))


def _remove(artifact: Artifact, run: RunContext) -> bool:
    if not retire(artifact):
        return False
    audit.record(
        ARTIFACT_REMOVED,
        workspace_id=artifact.workspace_id,
        tenant_id=artifact.tenant_id,
        target_type="artifact",
        target_id=artifact.pk,
        before={"purpose": artifact.purpose, "name": artifact.name, "state": artifact.state},
        at=run.now,
    )
    return True
