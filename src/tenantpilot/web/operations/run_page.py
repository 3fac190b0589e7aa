"""The page of a run and the question before it is cancelled, alike for runs of a tenant and of a workspace."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tenantpilot.operations.badges import RUN
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring.statistics import time_left
from tenantpilot.operations.monitoring.wait_reasons import Waiting
from tenantpilot.operations.presenter import count_rows, reason_of
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import User
from tenantpilot.web.frame.run_results import result_of
from tenantpilot.web.operations.run_actions import RunActions
from tenantpilot.web.operations.run_facts import failures_of, timeline


def ask_before_cancelling(request: HttpRequest, run: OperationRun, actions: RunActions) -> HttpResponse:
    """Render the question as a page, without script."""
    heading = _("Cancel %(operation)s?") % {"operation": operation_types.label(run.type)}
    return render(request, "web/operations/cancel.html", {"run": run, "heading": heading, "actions": actions})


def cancel(run: OperationRun, *, actor: User) -> HttpResponse:
    """Cancel, and show the run. One that has ended meanwhile shows how."""
    try:
        OperationRunService().request_cancel(run, actor=actor, now=timezone.now())
    except CannotCancel as error:
        return redirect(run_url(error.run))
    return redirect(run_url(run))


def facts_shown(run: OperationRun, waiting: Waiting | None) -> dict[str, Any]:
    return {
        "heading": f"{operation_types.label(run.type)} #{run.pk}",
        "state": RUN.of(run.state).label,
        "tag": tag_of(run, waiting),
        "failures": failures_of(run),
        "reason": reason_of(run),
        "result": result_of(run),
        "moments": timeline(run, run.events.in_order()),
        "count_rows": count_rows(run.type, run.summary_counts),
        "waiting": waiting,
        "time_left": time_left(run, now=timezone.now()),
        "retries": list(OperationRun.objects.filter(retry_of=run).select_related("tenant").newest_first()[:5]),
    }


def will_have_items(run: OperationRun) -> bool:
    """They are listed as soon as a worker has found them."""
    return run.is_active and any(
        operation_type.for_items for operation_type in operation_types.all() if operation_type.key == run.type
    )


def tag_of(run: OperationRun, waiting: Waiting | None) -> str:
    """Changes with everything on the page that can change while the run is active."""
    live = getattr(run, "live", None)
    parts = [
        run.state,
        run.attempt,
        run.cancel_requested_at,
        run.not_before,
        waiting.text if waiting else "",
        *((live.processed, live.total) if live else ()),
    ]
    return "-".join(str(part) for part in parts).replace(" ", "_").replace('"', "")
