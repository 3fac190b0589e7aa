"""The library of an import."""

from django.urls import reverse
from django.utils.translation import gettext as _

from tenantpilot.operations.models import OperationRun
from tenantpilot.versions.models import Library
from tenantpilot.versions.operations import POLICY_IMPORT
from tenantpilot.web.frame.run_results import ResultFinder, RunResult


def _library(run: OperationRun) -> RunResult | None:
    library = Library.objects.filter(workspace=run.workspace_id, pk=run.inputs.get("library")).first()
    return RunResult(_("Library"), library.name, reverse("library", args=[library.pk])) if library else None


result_finders: dict[str, ResultFinder] = {POLICY_IMPORT.key: _library}
