"""The restore that a run previewed, wrote, or looks after."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.operations import RESTORE_EXECUTE, RESTORE_PREVIEW
from tenantpilot.web.frame.run_results import ResultFinder, RunResult


def _restore(run: OperationRun) -> RunResult | None:
    """Return the restore, also of a run that is not its newest."""
    restores = RestoreRun.objects.filter(tenant=run.tenant_id).select_related("tenant")
    restore = restores.filter(Q(pk=run.inputs.get("restore")) | Q(preview_run=run) | Q(execute_run=run)).first()
    if restore is None:
        return None
    return RunResult(_("Restore"), restore.source, reverse("restore", args=[restore.tenant.slug, restore.pk]))


result_finders: dict[str, ResultFinder] = {RESTORE_PREVIEW.key: _restore, RESTORE_EXECUTE.key: _restore}
