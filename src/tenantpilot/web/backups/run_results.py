"""The backup set that a run made, changed, verified, exported or imported."""

from django.urls import reverse
from django.utils.translation import gettext as _

from tenantpilot.backups import operations
from tenantpilot.backups.models import BackupSet
from tenantpilot.operations.models import OperationRun
from tenantpilot.web.frame.run_results import ResultFinder, RunResult

_TYPES = (
    operations.BACKUP_CREATE,
    operations.BACKUP_SCHEDULE_RUN,
    operations.BACKUP_SET_ADD_POLICIES,
    operations.BACKUP_SET_REMOVE_POLICIES,
    operations.BACKUP_VERIFY,
    operations.BACKUP_EXPORT,
    operations.BACKUP_IMPORT,
)


def _set(run: OperationRun) -> RunResult | None:
    """Return the set that the run made; else the one that it was to work on."""
    sets = BackupSet.objects.filter(tenant=run.tenant_id).select_related("chain", "tenant")
    backup_set = sets.filter(run=run).first() or sets.filter(pk=run.inputs.get("backup_set") or 0).first()
    if backup_set is None:
        return None
    return RunResult(
        _("Backup set"), backup_set.chain.name, reverse("backup-set", args=[backup_set.tenant.slug, backup_set.pk])
    )


result_finders: dict[str, ResultFinder] = {operation_type.key: _set for operation_type in _TYPES}
