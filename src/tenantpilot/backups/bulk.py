"""Trashing, taking back and deleting many sets: what workers run."""

from tenantpilot.backups import keeping
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.requests import SetsInputs
from tenantpilot.operations.items.records import Records
from tenantpilot.operations.run_context import RunContext

Run = RunContext[SetsInputs]


def trash_sets(run: Run) -> None:
    """Move the sets to the trash; what must stay is skipped, with the reason."""
    _SETS.trash(run, keeping.trash)


def take_sets_back(run: Run) -> None:
    """Take the sets out of the trash."""
    _SETS.take_back(run, keeping.take_back)


def delete_sets(run: Run) -> None:
    """Delete trashed sets for good."""
    _SETS.delete(run, keeping.delete)


def _names(run: Run) -> dict[int, str]:
    sets = BackupSet.everywhere.of_tenant(run.tenant).select_related("chain").in_bulk(list(run.inputs.sets))
    return {key: f"{backup_set.chain.name} {backup_set.created_at:%Y-%m-%d %H:%M}" for key, backup_set in sets.items()}


def _find(run: Run, key: int) -> BackupSet | None:
    return BackupSet.everywhere.of_tenant(run.tenant).filter(pk=key).first()


_SETS = Records[SetsInputs, BackupSet](
    lambda inputs: inputs.sets, _names, _find, gone="set_not_found", refusal=keeping.SetRefused
)
