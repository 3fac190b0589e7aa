"""The one maker of "View run" links (OPS-25)."""

from django.urls import reverse

from tenantpilot.operations.models import OperationRun


def run_url(run: OperationRun) -> str:
    """Monitoring → Operations → run detail."""
    if run.tenant is None:
        return reverse("workspace-operation-run", args=[run.pk])
    return reverse("operation-run", args=[run.tenant.slug, run.pk])
