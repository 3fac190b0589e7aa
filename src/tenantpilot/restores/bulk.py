"""Trashing, taking back and deleting the records of many restores: what workers run."""

from tenantpilot.operations.items.records import Records
from tenantpilot.operations.run_context import RunContext
from tenantpilot.restores import keeping
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.operations import RecordsInputs

Run = RunContext[RecordsInputs]


def trash_records(run: Run) -> None:
    """Move the records to the trash; that of a restore which has not ended is skipped, with the reason."""
    _RECORDS.trash(run, keeping.trash)


def take_records_back(run: Run) -> None:
    """Take the records out of the trash."""
    _RECORDS.take_back(run, keeping.take_back)


def delete_records(run: Run) -> None:
    """Delete trashed records for good."""
    _RECORDS.delete(run, keeping.delete)


def _names(run: Run) -> dict[int, str]:
    rows = RestoreRun.everywhere.of_tenant(run.tenant).filter(pk__in=run.inputs.restores)
    return dict(rows.values_list("pk", "source"))


def _find(run: Run, key: int) -> RestoreRun | None:
    return RestoreRun.everywhere.of_tenant(run.tenant).filter(pk=key).first()


_RECORDS = Records[RecordsInputs, RestoreRun](
    lambda inputs: inputs.restores, _names, _find, gone="restore_gone", refusal=keeping.CannotRemove
)
